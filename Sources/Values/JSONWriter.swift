/// Writes JSON text into a buffer of bytes, compact and on one line.
///
/// U+0085, U+2028 and U+2029 are escaped because some readers of line-delimited streams split there.
package struct JSONWriter: ~Copyable {
    package var bytes: [UInt8] = []

    /// True once an integer was written that a JavaScript number can't hold (beyond 2^53 - 1 either way).
    package private(set) var wroteUnsafeInteger = false

    package init(reserving capacity: Int = 0) {
        if capacity > 0 { bytes.reserveCapacity(capacity) }
    }

    package mutating func write(_ value: JSON) {
        switch value {
        case .null: raw("null")
        case .bool(let flag): flag ? raw("true") : raw("false")
        case .int(let number): write(number)
        case .double(let number): write(number)
        case .string(let text): write(text)
        case .array(let items):
            bytes.append(UInt8(ascii: "["))
            var first = true
            for item in items {
                if first { first = false } else { bytes.append(UInt8(ascii: ",")) }
                write(item)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let object): write(object)
        }
    }

    package mutating func write(_ object: JSONObject) {
        bytes.append(UInt8(ascii: "{"))
        var first = true
        for (key, value) in object.members {
            if first { first = false } else { bytes.append(UInt8(ascii: ",")) }
            write(key)
            bytes.append(UInt8(ascii: ":"))
            write(value)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    package mutating func write(_ number: Int64) {
        if number > 9_007_199_254_740_991 || number < -9_007_199_254_740_991 { wroteUnsafeInteger = true }
        if number >= 0, number < 10 { return bytes.append(UInt8(ascii: "0") + UInt8(number)) }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var magnitude = number.magnitude
            var index = 20
            repeat {
                index -= 1
                digits[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude % 10)
                magnitude /= 10
            } while magnitude > 0
            if number < 0 {
                index -= 1
                digits[index] = UInt8(ascii: "-")
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[index..<20]))
        }
    }

    /// Writes the shortest text that reads back as the same double; a whole number keeps its `.0`.
    ///
    /// JSON has no word for infinities and NaN; they become null.
    package mutating func write(_ number: Double) {
        guard number.isFinite else { return raw("null") }
        bytes.append(contentsOf: number.description.utf8)
    }

    package mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { escape($0) }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes bytes that are JSON text already as the content of a JSON string.
    package mutating func writeQuoted(_ json: [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        json.withUnsafeBufferPointer { escape($0) }
        bytes.append(UInt8(ascii: "\""))
    }

    package mutating func raw(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    package mutating func raw(_ json: [UInt8]) {
        bytes.append(contentsOf: json)
    }

    private mutating func escape(_ text: UnsafeBufferPointer<UInt8>) {
        var start = 0
        var index = 0
        let count = text.count
        while index < count {
            let byte = text[index]
            if byte >= 0x20, byte != 0x22, byte != 0x5C, byte != 0xC2, byte != 0xE2 {
                index += 1
                continue
            }
            var width = 1
            if byte == 0xC2 {
                guard index + 1 < count, text[index + 1] == 0x85 else {
                    index += 1
                    continue
                }
                width = 2
            } else if byte == 0xE2 {
                guard index + 2 < count, text[index + 1] == 0x80, text[index + 2] & 0xFE == 0xA8 else {
                    index += 1
                    continue
                }
                width = 3
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<index]))
            appendEscape(of: byte, last: text[index + width - 1])
            index += width
            start = index
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<count]))
    }

    private mutating func appendEscape(of byte: UInt8, last: UInt8) {
        switch byte {
        case 0x22: raw("\\\"")
        case 0x5C: raw("\\\\")
        case 0x0A: raw("\\n")
        case 0x0D: raw("\\r")
        case 0x09: raw("\\t")
        case 0xC2: raw("\\u0085")
        case 0xE2: last == 0xA8 ? raw("\\u2028") : raw("\\u2029")
        default:
            raw("\\u00")
            for nibble in [byte >> 4, byte & 0x0F] {
                bytes.append(nibble < 10 ? 0x30 + nibble : 0x57 + nibble)
            }
        }
    }
}

extension JSON {
    /// This value as compact JSON text.
    package var encoded: [UInt8] {
        var writer = JSONWriter()
        writer.write(self)
        return writer.bytes
    }

    /// This value as compact JSON text in a string, for messages and small texts.
    package var text: String { String(decoding: encoded, as: UTF8.self) }
}
