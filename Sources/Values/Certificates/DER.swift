/// One value of ASN.1 in its distinguished encoding: a tag, and what is in it.
struct DER: Equatable {
    let tag: UInt8
    /// The bytes that say the value.
    let content: ArraySlice<UInt8>

    struct Malformed: Error {}

    enum Tag {
        static let identifier: UInt8 = 0x06
        static let utcTime: UInt8 = 0x17
        static let generalizedTime: UInt8 = 0x18
        static let sequence: UInt8 = 0x30
        static let set: UInt8 = 0x31
        /// The first of several that may be left out.
        static let optional0: UInt8 = 0xA0
        static let optional3: UInt8 = 0xA3
    }

    /// Reads the first value of some bytes, and takes it away from them.
    init(from bytes: inout ArraySlice<UInt8>) throws(Malformed) {
        guard let tag = bytes.popFirst(), tag & 0x1F != 0x1F, let first = bytes.popFirst() else { throw Malformed() }
        var length = Int(first)
        if first >= 0x80 {
            let count = Int(first & 0x7F)
            guard (1...3).contains(count), bytes.count >= count else { throw Malformed() }
            length = bytes.prefix(count).reduce(0) { $0 << 8 | Int($1) }
            bytes = bytes.dropFirst(count)
        }
        guard bytes.count >= length else { throw Malformed() }
        self.tag = tag
        content = bytes.prefix(length)
        bytes = bytes.dropFirst(length)
    }

    /// Reads a value of one kind.
    init(_ tag: UInt8, from bytes: inout ArraySlice<UInt8>) throws(Malformed) {
        try self.init(from: &bytes)
        guard self.tag == tag else { throw Malformed() }
    }

    /// The values in it, one after the other.
    var items: [DER] {
        get throws(Malformed) {
            var rest = content
            var items: [DER] = []
            while !rest.isEmpty { items.append(try DER(from: &rest)) }
            return items
        }
    }

    /// An object identifier as it is written, such as `2.5.4.3`.
    var identifier: String {
        get throws(Malformed) {
            guard tag == Tag.identifier, let last = content.last, last < 0x80 else { throw Malformed() }
            var numbers: [UInt64] = []
            var number: UInt64 = 0
            for byte in content {
                guard number < 1 << 50 else { throw Malformed() }
                number = number << 7 | UInt64(byte & 0x7F)
                guard byte < 0x80 else { continue }
                if numbers.isEmpty {
                    let first = min(number / 40, 2)
                    numbers = [first, number - first * 40]
                } else {
                    numbers.append(number)
                }
                number = 0
            }
            return numbers.map(String.init).joined(separator: ".")
        }
    }

    /// A moment, which has two forms: with two digits for the year, and with four.
    var time: Timestamp {
        get throws(Malformed) {
            var text = String(decoding: content, as: UTF8.self)
            switch tag {
            case Tag.utcTime:
                // RFC 5280, section 4.1.2.5.1.
                guard let year = Int(text.prefix(2)) else { throw Malformed() }
                text = (year < 50 ? "20" : "19") + text
            case Tag.generalizedTime: break
            default: throw Malformed()
            }
            let digits = Array(text)
            guard digits.count == 15, digits[14] == "Z" else { throw Malformed() }
            func part(_ range: Range<Int>) -> String { String(digits[range]) }
            let date = "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))"
            let moment = Timestamp(parsing: "\(date)T\(part(8..<10)):\(part(10..<12)):\(part(12..<14)).000+00:00")
            guard let moment else { throw Malformed() }
            return moment
        }
    }
}
