/// What malformed JSON text is refused with: where, and why.
package struct JSONError: Error, Equatable, CustomStringConvertible {
    /// Offset in bytes from the start of the text.
    package var offset: Int
    package var reason: String

    package init(offset: Int, reason: String) {
        self.offset = offset
        self.reason = reason
    }

    package var description: String { "\(reason) at byte \(offset)" }
}

/// Bounds that hold for one text.
package struct JSONLimits: Sendable {
    /// How deep arrays and objects may nest.
    package var depth: Int
    /// The length of the text in bytes.
    package var bytes: Int

    package init(depth: Int = 256, bytes: Int = 64 << 20) {
        self.depth = depth
        self.bytes = bytes
    }
}

extension JSON {
    /// Parses exactly one RFC 8259 value.
    ///
    /// Stricter than the RFC where it leaves a choice: text must be UTF-8 without a byte order mark, keys must differ,
    /// lone surrogates and numbers beyond a double's range are refused. An integer outside the signed 64-bit range
    /// becomes `.double`, so that nothing which demands an integer can take it for one.
    ///
    /// - Throws: ``JSONError`` with the offset of the first offending byte.
    package init(parsing bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits = JSONLimits()) throws(JSONError) {
        guard bytes.count <= limits.bytes else {
            throw JSONError(offset: limits.bytes, reason: "text is longer than \(limits.bytes) bytes")
        }
        var parser = JSONParser(bytes: bytes, depthLimit: limits.depth)
        self = try parser.document()
    }

    /// Parses exactly one value from an array of bytes; see ``init(parsing:limits:)-swift.init``.
    package init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
        let result: Result<JSON, JSONError> = bytes.withUnsafeBufferPointer { buffer in
            do throws(JSONError) { return .success(try JSON(parsing: buffer, limits: limits)) } catch {
                return .failure(error)
            }
        }
        self = try result.get()
    }

    /// Parses exactly one value from a string.
    package init(parsing text: String, limits: JSONLimits = JSONLimits()) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }
}

/// A recursive descent over borrowed bytes; the offset of the next unread byte is its whole state.
private struct JSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    let depthLimit: Int
    var offset = 0

    mutating func document() throws(JSONError) -> JSON {
        skipSpace()
        let value = try value(depth: 0)
        skipSpace()
        guard offset == bytes.count else { throw failure("unexpected text after the value") }
        return value
    }

    private func failure(_ reason: String) -> JSONError { JSONError(offset: offset, reason: reason) }

    @inline(__always)
    private mutating func skipSpace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x0A, 0x0D, 0x09: offset += 1
            default: return
            }
        }
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSON {
        guard offset < bytes.count else { throw failure("unexpected end") }
        switch bytes[offset] {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), 0x30...0x39: return try number()
        default: throw failure("unexpected character")
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSON) throws(JSONError) -> JSON {
        let length = text.utf8CodeUnitCount
        for index in 0..<length {
            guard offset + index < bytes.count else { throw failure("unexpected end") }
            guard bytes[offset + index] == text.utf8Start[index] else { throw failure("unknown word") }
        }
        offset += length
        return value
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSON {
        guard depth < depthLimit else { throw failure("nested deeper than \(depthLimit) levels") }
        offset += 1
        var items: [JSON] = []
        skipSpace()
        if offset < bytes.count, bytes[offset] == UInt8(ascii: "]") {
            offset += 1
            return .array(items)
        }
        while true {
            skipSpace()
            items.append(try value(depth: depth + 1))
            if try !separator(closing: UInt8(ascii: "]")) { return .array(items) }
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSON {
        guard depth < depthLimit else { throw failure("nested deeper than \(depthLimit) levels") }
        offset += 1
        var object = JSONObject()
        var known: Set<String> = []
        skipSpace()
        if offset < bytes.count, bytes[offset] == UInt8(ascii: "}") {
            offset += 1
            return .object(object)
        }
        while true {
            skipSpace()
            guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") else { throw failure("expected a key") }
            let start = offset
            let key = try string()
            let isNew: Bool
            if object.count < 16 {
                isNew = object[key] == nil
            } else {
                if known.isEmpty { known = Set(object.keys) }
                isNew = known.insert(key).inserted
            }
            // Swift takes canonically equivalent texts for equal; keys differ when their bytes do.
            guard isNew || !object.members.contains(where: { $0.key.utf8.elementsEqual(key.utf8) }) else {
                throw JSONError(offset: start, reason: "duplicate key")
            }
            skipSpace()
            guard offset < bytes.count, bytes[offset] == UInt8(ascii: ":") else { throw failure("expected ':'") }
            offset += 1
            skipSpace()
            object.members.append((key, try value(depth: depth + 1)))
            if try !separator(closing: UInt8(ascii: "}")) { return .object(object) }
        }
    }

    /// Reads `,` (true: another item follows) or the closing bracket (false).
    private mutating func separator(closing: UInt8) throws(JSONError) -> Bool {
        skipSpace()
        guard offset < bytes.count else { throw failure("unexpected end") }
        let byte = bytes[offset]
        guard byte == UInt8(ascii: ",") || byte == closing else { throw failure("expected ',' or a closing bracket") }
        offset += 1
        return byte != closing
    }

    private mutating func number() throws(JSONError) -> JSON {
        let start = offset
        let negative = bytes[offset] == UInt8(ascii: "-")
        if negative { offset += 1 }
        let digits = offset
        var magnitude: UInt64 = 0
        var fits = true
        while offset < bytes.count, case 0x30...0x39 = bytes[offset] {
            let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(bytes[offset] & 0x0F))
            if overflow || carry { fits = false }
            magnitude = sum
            offset += 1
        }
        guard offset > digits else { throw failure("expected a digit") }
        if bytes[digits] == 0x30, offset > digits + 1 {
            throw JSONError(offset: digits, reason: "a number must not start with 0")
        }
        var isInteger = true
        if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
            isInteger = false
            offset += 1
            try skipDigits()
        }
        if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            offset += 1
            if offset < bytes.count, bytes[offset] == UInt8(ascii: "+") || bytes[offset] == UInt8(ascii: "-") {
                offset += 1
            }
            try skipDigits()
        }
        if isInteger, fits {
            if negative, magnitude <= UInt64(Int64.max) + 1, magnitude > 0 {
                return .int(Int64(truncatingIfNeeded: 0 &- magnitude))
            }
            if !negative, magnitude <= UInt64(Int64.max) { return .int(Int64(magnitude)) }
            if negative, magnitude == 0 { return .int(0) }
        }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        guard let value = Double(text), value.isFinite else {
            throw JSONError(offset: start, reason: "number out of range")
        }
        return .double(value)
    }

    private mutating func skipDigits() throws(JSONError) {
        let start = offset
        while offset < bytes.count, case 0x30...0x39 = bytes[offset] { offset += 1 }
        guard offset > start else { throw failure("expected a digit") }
    }

    private mutating func string() throws(JSONError) -> String {
        offset += 1
        let start = offset
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "\""):
                let text = try validated(bytes[start..<offset], at: start)
                offset += 1
                return text
            case UInt8(ascii: "\\"): return try escapedString(from: start)
            case 0..<0x20: throw failure("unescaped control character in a string")
            default: offset += 1
            }
        }
        throw failure("unterminated string")
    }

    private func validated(_ slice: Slice<UnsafeBufferPointer<UInt8>>, at start: Int) throws(JSONError) -> String {
        guard let text = String(checking: UnsafeBufferPointer(rebasing: slice)) else { throw notUTF8(from: start) }
        return text
    }

    /// The refusal of a string, with the place of its first malformed sequence.
    private func notUTF8(from start: Int) -> JSONError {
        var scalars = Unicode.UTF8.ForwardParser()
        var rest = bytes[start...].makeIterator()
        var place = start
        while case .valid(let scalar) = scalars.parseScalar(from: &rest) { place += scalar.count }
        return JSONError(offset: place, reason: "text is not UTF-8")
    }

    /// The rare form: copies run by run and resolves escapes.
    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var buffer = [UInt8](bytes[start..<offset])
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "\""):
                guard let text = String(validating: buffer, as: UTF8.self) else { throw notUTF8(from: start) }
                offset += 1
                return text
            case UInt8(ascii: "\\"):
                offset += 1
                try appendEscape(to: &buffer)
            case 0..<0x20: throw failure("unescaped control character in a string")
            default:
                buffer.append(bytes[offset])
                offset += 1
            }
        }
        throw failure("unterminated string")
    }

    private mutating func appendEscape(to buffer: inout [UInt8]) throws(JSONError) {
        guard offset < bytes.count else { throw failure("unterminated string") }
        let byte = bytes[offset]
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): buffer.append(byte)
        case UInt8(ascii: "b"): buffer.append(0x08)
        case UInt8(ascii: "f"): buffer.append(0x0C)
        case UInt8(ascii: "n"): buffer.append(0x0A)
        case UInt8(ascii: "r"): buffer.append(0x0D)
        case UInt8(ascii: "t"): buffer.append(0x09)
        case UInt8(ascii: "u"):
            var scalar = try hex4()
            if (0xD800..<0xDC00).contains(scalar) {
                guard offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"),
                    bytes[offset + 1] == UInt8(ascii: "u")
                else { throw failure("lone surrogate") }
                offset += 2
                let low = try hex4()
                guard (0xDC00..<0xE000).contains(low) else { throw failure("lone surrogate") }
                scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let unicode = Unicode.Scalar(scalar) else { throw failure("lone surrogate") }
            buffer.append(contentsOf: UTF8.encode(unicode)!)
        default:
            offset -= 1
            throw failure("unknown escape")
        }
    }

    private mutating func hex4() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard offset < bytes.count else { throw failure("unexpected end") }
            guard let digit = Character(Unicode.Scalar(bytes[offset])).hexDigitValue else {
                throw failure("expected four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            offset += 1
        }
        return value
    }
}
