import TestSupport
import Values

/// What an operator should make of a value, worked out in the simplest way.
struct OperatorModel {
    var method: String
    var values: [JSON]

    var json: JSON { ["method": .string(method), "values": .array(values)] }

    /// The new value; nil where the store has to refuse.
    func applied(to value: JSON) -> JSON? {
        switch method {
        case "increment", "decrement", "multiply", "divide", "modulo": return arithmetic(value)
        case "stringConcat": return .string((value.string ?? "") + values[0].string!)
        case "toggle": return .bool(!(value.bool ?? false))
        default: return .array(list(value.array ?? []))
        }
    }

    private func arithmetic(_ value: JSON) -> JSON? {
        if case .double(let operand) = values[0] {
            let base = value.number ?? 0
            let result = method == "multiply" ? base * operand : base + operand
            guard result.isFinite else { return nil }
            return .double(result == 0 ? 0 : result)
        }
        let (base, operand) = (value.int ?? 0, values[0].int!)
        let (result, overflows): (Int64, Bool) =
            switch method {
            case "increment": base.addingReportingOverflow(operand)
            case "decrement": base.subtractingReportingOverflow(operand)
            case "multiply": base.multipliedReportingOverflow(by: operand)
            case "divide": base.dividedReportingOverflow(by: operand)
            default: base.remainderReportingOverflow(dividingBy: operand)
            }
        let isLower = method == "decrement" || method == "divide"
        if overflows {
            let isUp =
                switch method {
                case "increment": operand > 0
                case "decrement": operand < 0
                default: (base < 0) == (operand < 0)
                }
            // Beyond what 64 bits hold is also beyond a bound on that side, which keeps the value.
            guard values.count == 2, isUp != isLower else { return nil }
            return value
        }
        if values.count == 2, let bound = values[1].int {
            if isLower ? result < bound : result > bound { return value }
        }
        return .int(result)
    }

    private func list(_ items: [JSON]) -> [JSON] {
        switch method {
        case "arrayAppend": return items + values
        case "arrayPrepend": return values + items
        case "arrayInsert":
            let index = min(Int(values[0].int!), items.count)
            return Array(items[..<index]) + [values[1]] + Array(items[index...])
        case "arrayRemove", "arrayDiff": return items.filter { !values.contains($0) }
        case "arrayIntersect": return items.filter { values.contains($0) }
        case "arrayFilter": return items.filter { $0.int! > values[1].int! }
        default:
            var result: [JSON] = []
            for item in items where !result.contains(item) { result.append(item) }
            return result
        }
    }
}

extension SplitMix64 {
    /// An operator for a column of a type.
    mutating func op(_ type: String) -> OperatorModel {
        switch type {
        case "integer":
            let operand = JSON.int(pick([1, 2, 3, 7, -1, -5, 400, .max, .min]))
            let method = pick(["increment", "decrement", "multiply", "divide", "modulo"])
            guard method != "modulo", once(in: 3) else { return OperatorModel(method: method, values: [operand]) }
            return OperatorModel(method: method, values: [operand, .int(Int64(below(200)) - 100)])
        case "double":
            return OperatorModel(
                method: pick(["increment", "multiply"]),
                values: [.double(pick([0.5, -2, 8, 1e300]))]
            )
        case "text": return OperatorModel(method: "stringConcat", values: [.string(pick(["a", "ä", "$x", "🌱"]))])
        case "boolean": return OperatorModel(method: "toggle", values: [])
        default:
            func some() -> JSON { .int(Int64(below(5))) }
            switch below(6) {
            case 0: return OperatorModel(method: "arrayInsert", values: [some(), some()])
            case 1: return OperatorModel(method: "arrayUnique", values: [])
            case 2: return OperatorModel(method: "arrayFilter", values: ["greaterThan", some()])
            case 3: return OperatorModel(method: "arrayRemove", values: [some()])
            default:
                let methods = ["arrayAppend", "arrayPrepend", "arrayIntersect", "arrayDiff", "arrayAppend"]
                return OperatorModel(method: pick(methods), values: [some(), some()])
            }
        }
    }
}
