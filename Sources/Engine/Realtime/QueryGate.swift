import Values

/// The value that a field of an event must have.
struct QueryGate: Hashable, Sendable {
    private enum Scalar: Hashable, Sendable {
        case null
        case bool(Bool)
        case int(Int64)
        case double(Double)
        case string(String)
    }

    private let field: String
    private let value: Scalar

    /// nil for lists and objects.
    init?(_ field: String, _ value: JSON) {
        self.field = field
        switch value {
        case .null: self.value = .null
        case .bool(let flag): self.value = .bool(flag)
        case .int(let number): self.value = .int(number)
        case .double(let number): self.value = .double(number)
        case .string(let text): self.value = .string(text)
        case .array, .object: return nil
        }
    }
}

extension QueryGate {
    /// In how many ways one subscription is looked up at the most.
    private static let maximum = 4

    /// The values of which an event has one if it matches all filters; empty when that isn't known, or they are many.
    /// Of several fields the one with the fewest values is taken.
    static func gates(_ filters: [Filter]) -> [QueryGate] {
        var best: [QueryGate] = []
        for case .compare(let field, .equal, let operands) in filters where operands.count <= maximum {
            let gates = Set(operands.compactMap { QueryGate(field, $0) })
            guard gates.count > 0, operands.allSatisfy({ QueryGate(field, $0) != nil }) else { continue }
            if best.isEmpty || gates.count < best.count { best = Array(gates) }
        }
        return best
    }
}
