import Values

/// Writes BSON documents (bsonspec.org, version 1.1) into one growing buffer.
///
/// Documents nest: `begin` and `end` come in pairs, and a length is filled in when its document ends.
struct BSONWriter {
    private(set) var bytes: [UInt8] = []
    private var open: [Int] = []

    /// Begins the outermost document.
    init(reserving capacity: Int = 256) {
        bytes.reserveCapacity(capacity)
        begin()
    }

    /// A whole document.
    static func document(_ body: (inout BSONWriter) throws -> Void) rethrows -> [UInt8] {
        var writer = BSONWriter()
        try body(&writer)
        return writer.finish()
    }

    /// Ends the outermost document.
    mutating func finish() -> [UInt8] {
        end()
        precondition(open.isEmpty, "a nested document was left open")
        return bytes
    }

    mutating func document(_ key: BSONKey, _ body: (inout BSONWriter) throws -> Void) rethrows {
        header(0x03, key)
        begin()
        try body(&self)
        end()
    }

    mutating func array(_ key: BSONKey, _ body: (inout BSONWriter) throws -> Void) rethrows {
        header(0x04, key)
        begin()
        try body(&self)
        end()
    }

    /// A document that is encoded already.
    mutating func raw(_ key: BSONKey, document: [UInt8]) {
        header(0x03, key)
        bytes += document
    }

    mutating func string(_ key: BSONKey, _ text: String) {
        header(0x02, key)
        var text = text
        text.withUTF8 { utf8 in
            fixed(Int32(utf8.count + 1))
            bytes.append(contentsOf: utf8)
        }
        bytes.append(0)
    }

    mutating func int64(_ key: BSONKey, _ value: Int64) {
        header(0x12, key)
        fixed(value)
    }

    mutating func int32(_ key: BSONKey, _ value: Int32) {
        header(0x10, key)
        fixed(value)
    }

    mutating func double(_ key: BSONKey, _ value: Double) {
        header(0x01, key)
        fixed(value.bitPattern)
    }

    mutating func bool(_ key: BSONKey, _ value: Bool) {
        header(0x08, key)
        bytes.append(value ? 1 : 0)
    }

    mutating func null(_ key: BSONKey) { header(0x0A, key) }

    mutating func date(_ key: BSONKey, _ moment: Timestamp) {
        header(0x09, key)
        fixed(moment.milliseconds)
    }

    mutating func binary(_ key: BSONKey, _ content: [UInt8], subtype: UInt8 = 0) {
        header(0x05, key)
        fixed(Int32(content.count))
        bytes.append(subtype)
        bytes += content
    }

    /// An internal time of a replica set: seconds and a counter.
    mutating func timestamp(_ key: BSONKey, _ value: UInt64) {
        header(0x11, key)
        fixed(value)
    }

    /// A regular expression, which must hold no zero byte.
    mutating func regex(_ key: BSONKey, _ pattern: String) {
        header(0x0B, key)
        bytes += pattern.utf8
        bytes += [0, 0]
    }

    mutating func strings(_ key: BSONKey, _ items: some Sequence<String>) {
        array(key) { writer in
            for (index, item) in items.enumerated() { writer.string(.index(index), item) }
        }
    }

    /// Any JSON value: integers as 64-bit ones, everything else as its twin.
    mutating func json(_ key: BSONKey, _ value: JSON) {
        switch value {
        case .null: null(key)
        case .bool(let value): bool(key, value)
        case .int(let value): int64(key, value)
        case .double(let value): double(key, value)
        case .string(let value): string(key, value)
        case .array(let items):
            array(key) { writer in
                for (index, item) in items.enumerated() { writer.json(.index(index), item) }
            }
        case .object(let object):
            document(key) { writer in
                for member in object.members { writer.json(.named(member.key), member.value) }
            }
        }
    }

    private mutating func begin() {
        open.append(bytes.count)
        fixed(Int32(0))
    }

    private mutating func end() {
        bytes.append(0)
        let start = open.removeLast()
        let length = UInt32(bytes.count - start)
        for offset in 0..<4 { bytes[start + offset] = UInt8(truncatingIfNeeded: length >> (8 * UInt32(offset))) }
    }

    private mutating func header(_ type: UInt8, _ key: BSONKey) {
        bytes.append(type)
        switch key {
        case .fixed(let text):
            text.withUTF8Buffer { bytes.append(contentsOf: $0) }
        case .named(var text): text.withUTF8 { bytes.append(contentsOf: $0) }
        case .index(let index): digits(index)
        }
        bytes.append(0)
    }

    private mutating func digits(_ value: Int) {
        if value >= 10 { digits(value / 10) }
        bytes.append(0x30 + UInt8(value % 10))
    }

    private mutating func fixed<Value: FixedWidthInteger>(_ value: Value) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
}

/// The key of an element. It must hold no zero byte, which no key of ours can.
enum BSONKey: ExpressibleByStringLiteral {
    case fixed(StaticString)
    case named(String)
    /// A place in an array.
    case index(Int)

    init(stringLiteral value: StaticString) { self = .fixed(value) }
}
