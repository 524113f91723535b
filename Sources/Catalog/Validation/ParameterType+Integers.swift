import Values

extension ParameterType {
    /// The greatest integer up to which a double holds every integer exactly.
    private static let safe = 9_007_199_254_740_991.0

    /// A whole number in the range; a double without a fraction counts as one where doubles are exact.
    static func integer(_ value: JSON, in range: ClosedRange<Int64>) throws(Mismatch) -> Int64 {
        let number: Int64
        switch value {
        case .int(let integer): number = integer
        case .double(let double) where double == double.rounded() && abs(double) <= safe: number = Int64(double)
        case .double(let double) where abs(double) > safe:
            throw Mismatch("is beyond what a 64-bit integer can hold or a double can hold exactly")
        case .string:
            throw wrongKind("an integer", value, hint: "Write the number without quotes.")
        default: throw wrongKind("an integer", value)
        }
        guard range.contains(number) else { throw Mismatch("must be \(bounds(range)), not \(number)") }
        return number
    }

    /// The integer that a decimal string writes; other values as they are.
    static func parsedDecimal(_ value: JSON) throws(Mismatch) -> JSON {
        guard case .string(let text) = value else { return value }
        guard text.utf8.first != UInt8(ascii: "+"), let number = Int64(text) else {
            throw Mismatch(
                "must be an integer from \(Int64.min) to \(Int64.max), or one as a decimal string",
                hint: "For example 42 or \"9007199254740993\"."
            )
        }
        return .int(number)
    }

    private static func bounds(_ range: ClosedRange<Int64>) -> String {
        switch (range.lowerBound, range.upperBound) {
        case (let low, .max): "at least \(low)"
        case (.min, let high): "at most \(high)"
        case (let low, let high): "from \(low) to \(high)"
        }
    }
}
