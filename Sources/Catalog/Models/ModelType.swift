import Values

/// The kind of value that a member of an answer holds.
package indirect enum ModelType: Sendable, Equatable {
    case any, null, string, integer, number, boolean
    /// An object with whatever members.
    case object
    /// ISO 8601 text; with `orEmpty` also an empty text, which stands for never.
    case datetime(orEmpty: Bool)
    /// One of these texts.
    case words([String])
    /// The answer that ``Models`` declares under this name.
    case model(String)
    case list(ModelType)
    /// An object whose members all have this kind.
    case map(ModelType)
    /// Any one of these.
    case either([ModelType])

    /// Reads what the file says of a member: a list of words, or a text as `string`, `row[]`, `string{}` or
    /// `datetime|null`.
    init(_ json: JSON, of subject: String) {
        if let words = json.strings {
            self = .words(words)
        } else if let text = json.string {
            self.init(text[...], of: subject)
        } else {
            preconditionFailure("models.json, \(subject): a type is a text or a list of words")
        }
    }

    private init(_ text: Substring, of subject: String) {
        let choices = text.split(separator: "|", omittingEmptySubsequences: false)
        if choices.count > 1 {
            self = .either(choices.map { ModelType($0, of: subject) })
        } else if text.hasSuffix("[]") {
            self = .list(ModelType(text.dropLast(2), of: subject))
        } else if text.hasSuffix("{}") {
            self = .map(ModelType(text.dropLast(2), of: subject))
        } else {
            switch text {
            case "any": self = .any
            case "null": self = .null
            case "string": self = .string
            case "integer": self = .integer
            case "number": self = .number
            case "boolean": self = .boolean
            case "object": self = .object
            case "datetime": self = .datetime(orEmpty: false)
            case "datetimeOrEmpty": self = .datetime(orEmpty: true)
            case "": preconditionFailure("models.json, \(subject): a type is empty")
            default: self = .model(String(text))
            }
        }
    }

    /// The models that it names.
    package var models: [String] {
        switch self {
        case .model(let name): [name]
        case .list(let item), .map(let item): item.models
        case .either(let choices): choices.flatMap(\.models)
        default: []
        }
    }

    /// The same kind with its names in other words.
    func translated(into dialect: Dialect) -> ModelType {
        switch self {
        case .model(let name): .model(dialect.translated(name))
        case .list(let item): .list(item.translated(into: dialect))
        case .map(let item): .map(item.translated(into: dialect))
        case .either(let choices): .either(choices.map { $0.translated(into: dialect) })
        default: self
        }
    }
}
