import Values

/// JSON as receivers of the reference get it, byte for byte, so that one that writes the body anew before it checks the
/// signature comes to the same bytes: `/` is escaped, and so is everything beyond ASCII; whole numbers have no fraction,
/// and an object without members is an empty list.
struct EscapedJSON: ~Copyable {
    private(set) var bytes: [UInt8] = []

    /// A value as such JSON.
    static func encode(_ value: JSON) -> [UInt8] {
        var writer = EscapedJSON()
        writer.write(value)
        return writer.bytes
    }

    private mutating func write(_ value: JSON) {
        switch value {
        case .null: append("null")
        case .bool(let flag): append(flag ? "true" : "false")
        case .int(let number): append(String(number))
        case .double(let number): append(DecimalText.of(number))
        case .string(let text): write(text)
        case .array(let items):
            append("[")
            for (index, item) in items.enumerated() {
                if index > 0 { append(",") }
                write(item)
            }
            append("]")
        case .object(let object) where object.isEmpty: append("[]")
        case .object(let object):
            append("{")
            for (index, member) in object.members.enumerated() {
                if index > 0 { append(",") }
                write(member.key)
                append(":")
                write(member.value)
            }
            append("}")
        }
    }

    private mutating func write(_ text: String) {
        append("\"")
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": append("\\\"")
            case "\\": append("\\\\")
            case "/": append("\\/")
            case "\u{8}": append("\\b")
            case "\u{C}": append("\\f")
            case "\n": append("\\n")
            case "\r": append("\\r")
            case "\t": append("\\t")
            case " "..."\u{7F}": bytes.append(UInt8(scalar.value))
            default: for unit in UTF16.encode(scalar)! { escape(unit) }
            }
        }
        append("\"")
    }

    private mutating func escape(_ unit: UInt16) {
        append("\\u")
        append([UInt8(unit >> 8), UInt8(unit & 0xFF)].hexadecimal)
    }

    private mutating func append(_ text: String) { bytes += text.utf8 }
}

/// Numbers as the reference writes them.
enum DecimalText {
    /// The shortest decimal text that means the number: without a fraction where it has none, and with an exponent where
    /// it is below 0.0001 or has more than 17 digits before the point.
    static func of(_ number: Double) -> String {
        guard number.isFinite else { return "null" }
        let sign = number.sign == .minus ? "-" : ""
        let (digits, point) = parts(number.magnitude)
        if digits.isEmpty { return sign + "0" }
        if point < -3 || point > 17 {
            let exponent = point - 1
            let rest = digits.count == 1 ? "0" : String(digits.dropFirst())
            return sign + "\(digits.prefix(1)).\(rest)e\(exponent < 0 ? "-" : "+")\(exponent.magnitude)"
        }
        if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
        if digits.count <= point { return sign + digits + String(repeating: "0", count: point - digits.count) }
        return sign + digits.prefix(point) + "." + digits.dropFirst(point)
    }

    /// The digits that matter, and where the point is behind the first of them: 12.5 is `125` with 2.
    private static func parts(_ number: Double) -> (digits: String, point: Int) {
        let text = number.description.lowercased().split(separator: "e")
        let mantissa = text[0].split(separator: ".", omittingEmptySubsequences: false)
        let exponent = text.count == 2 ? Int(text[1]) ?? 0 : 0
        let whole = String(mantissa[0])
        let all = whole + (mantissa.count == 2 ? String(mantissa[1]) : "")
        let leading = all.prefix { $0 == "0" }.count
        var digits = String(all.dropFirst(leading))
        while digits.hasSuffix("0") { digits.removeLast() }
        return (digits, whole.count - leading + exponent)
    }
}
