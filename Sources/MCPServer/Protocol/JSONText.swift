/// Valid JSON text of one value, borrowed: finds the text of a member where the parsed value is not exact enough.
///
/// Only for text that was parsed without an error before; lives no longer than the buffer.
struct JSONText {
    private let bytes: UnsafeBufferPointer<UInt8>

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    var string: String { String(decoding: bytes, as: UTF8.self) }

    /// The text of a member of this object; its key must be written without escapes.
    func member(_ key: StaticString) -> JSONText? {
        var depth = 0
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: "\""):
                let end = endOfString(at: index)
                if depth == 1, let value = valueStart(after: end), isKey(key, index + 1..<end - 1) {
                    return JSONText(UnsafeBufferPointer(rebasing: bytes[value..<endOfValue(at: value)]))
                }
                index = end - 1
            default: break
            }
            index += 1
        }
        return nil
    }

    private func isKey(_ key: StaticString, _ range: Range<Int>) -> Bool {
        UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount).elementsEqual(bytes[range])
    }

    /// Where the value begins when a colon follows, which makes the string before it a key.
    private func valueStart(after end: Int) -> Int? {
        let colon = skippingSpace(from: end)
        guard colon < bytes.count, bytes[colon] == UInt8(ascii: ":") else { return nil }
        return skippingSpace(from: colon + 1)
    }

    private func skippingSpace(from start: Int) -> Int {
        var index = start
        while index < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[index]) { index += 1 }
        return index
    }

    /// One past the closing quote.
    private func endOfString(at start: Int) -> Int {
        var index = start + 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return index + 1
    }

    private func endOfValue(at start: Int) -> Int {
        var depth = 0
        var index = start
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                index = endOfString(at: index)
                if depth == 0 { return index }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return index }
                depth -= 1
                if depth == 0 { return index + 1 }
            case UInt8(ascii: ","), 0x20, 0x0A, 0x0D, 0x09:
                if depth == 0 { return index }
            default: break
            }
            index += 1
        }
        return index
    }
}
