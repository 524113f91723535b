import Values

/// The id of a request as the client wrote it; `1` and `"1"` are different ids.
enum RequestID: Sendable, Hashable {
    case string(String)
    case int(Int64)
    /// The digits of an integer outside the signed 64-bit range.
    case large(String)

    /// Nil for what can't be an id: null, a boolean, a fraction, an array or an object.
    ///
    /// - Parameter digits: The text of the number in the message, asked for only when `value` is a double, which an
    ///   integer beyond 64 bits is too.
    init?(_ value: JSON, digits: () -> String? = { nil }) {
        switch value {
        case .string(let text): self = .string(text)
        case .int(let number): self = .int(number)
        case .double:
            guard let digits = digits(), digits.utf8.allSatisfy({ $0 == 0x2D || (0x30...0x39).contains($0) }) else {
                return nil
            }
            self = .large(digits)
        default: return nil
        }
    }

    /// Writes the id as JSON text.
    func write(to writer: inout JSONWriter) {
        switch self {
        case .string(let text): writer.write(text)
        case .int(let number): writer.write(number)
        case .large(let digits): writer.raw(Array(digits.utf8))
        }
    }
}
