import Storage
import Values

/// An operator that stands for a value in the data of a change: `{"method":"increment","values":[5,100]}`, as an object
/// or as its JSON text.
struct RowOperator {
    enum Method: String, CaseIterable {
        case increment, decrement, multiply, divide, modulo, power
        case arrayAppend, arrayPrepend, arrayInsert, arrayRemove, arrayUnique, arrayIntersect, arrayDiff, arrayFilter
        case stringConcat, stringReplace
        case toggle
        case dateAddDays, dateSubDays, dateSetNow

        /// How many values it takes.
        var count: ClosedRange<Int> {
            switch self {
            case .arrayUnique, .toggle, .dateSetNow: 0...0
            case .arrayRemove, .stringConcat, .modulo, .dateAddDays, .dateSubDays: 1...1
            case .increment, .decrement, .multiply, .divide, .power, .arrayFilter: 1...2
            case .arrayInsert, .stringReplace: 2...2
            case .arrayAppend, .arrayPrepend, .arrayIntersect, .arrayDiff: 0...Column.maximumItems
            }
        }

        /// Its values in words, for messages.
        var usage: String {
            switch self {
            case .increment, .multiply, .power: "[number, max?]"
            case .decrement, .divide: "[number, min?]"
            case .modulo: "[number]"
            case .arrayAppend, .arrayPrepend, .arrayIntersect, .arrayDiff: "[value, …]"
            case .arrayInsert: "[index, value]"
            case .arrayRemove: "[value]"
            case .arrayFilter: "[condition, value?]"
            case .stringConcat: "[text]"
            case .stringReplace: "[old, new]"
            case .dateAddDays, .dateSubDays: "[days]"
            case .arrayUnique, .toggle, .dateSetNow: "[]"
            }
        }
    }

    let method: Method
    let values: [JSON]

    /// What the object of an operator may hold; SDKs write the column into it as well.
    private static let members: Set<String> = ["method", "attribute", "values"]

    /// The operator that a value is; nil for an ordinary value.
    /// - Throws: 400 `general_bad_request` for an object that names none or gives it the wrong number of values.
    static func reading(_ value: JSON, at place: @autoclosure () -> Prose) throws(AppError) -> RowOperator? {
        switch value {
        case .object(let object):
            guard let word = object["method"]?.string else { return nil }
            guard let method = Method(rawValue: word) else { throw unknown(word, place()) }
            if let extra = object.keys.first(where: { !members.contains($0) }) {
                throw AppError(
                    .generalBadRequest,
                    "Invalid operator: '\(method.rawValue)' has no member '\(extra)'.",
                    argument: place(),
                    hint: "Its members are method and values."
                )
            }
            return try RowOperator(method, object, place())
        case .string(let text):
            guard text.utf8.first == UInt8(ascii: "{"), text.utf8.last == UInt8(ascii: "}"),
                let object = try? JSON(parsing: text).object,
                let method = Method(rawValue: object["method"]?.string ?? ""),
                object.keys.allSatisfy({ members.contains($0) })
            else { return nil }
            return try RowOperator(method, object, place())
        default: return nil
        }
    }

    private init(_ method: Method, _ object: JSONObject, _ place: Prose) throws(AppError) {
        guard let values = (object["values"] ?? []).array, method.count.contains(values.count) else {
            throw AppError(
                .generalBadRequest,
                "Invalid operator: '\(method.rawValue)' takes the values \(method.usage).",
                argument: place
            )
        }
        self.method = method
        self.values = values
    }

    private static func unknown(_ word: String, _ place: Prose) -> AppError {
        let words = Method.allCases.map(\.rawValue)
        let near = Spelling.suggestions(for: word, among: words)
        return AppError(
            .generalBadRequest,
            "Invalid operator: there is none called '\(word)'.",
            argument: place,
            hint: near.isEmpty
                ? "Operators are \(words.joined(separator: ", "))." : "Did you mean \(near.joined(separator: " or "))?"
        )
    }

    /// What an operator is for one column.
    enum Bound {
        case operation(RowOperation)
        /// It needs nothing of the stored value.
        case value(JSON)
    }
}

extension Column {
    /// Whether it holds numbers that can be counted with.
    var takesArithmetic: Bool { !isArray && [.integer, .double].contains(type.kind) }

    /// An operand for arithmetic on the column, in the form of its values; nil for what is none.
    func arithmeticOperand(_ value: JSON) -> JSON? {
        switch (type.kind, value) {
        case (.integer, .int): value
        case (.integer, .string(let digits)): Int64(digits).map { .int($0) }
        case (.double, .int(let number)): .double(Double(number))
        case (.double, .double): value
        default: nil
        }
    }

    /// What an operand must be.
    var operandRule: Prose {
        type.kind == .integer ? "a 64-bit integer, or a string of its digits," : "a number"
    }
}
