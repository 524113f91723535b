package import Values

/// One argument that an operation takes, or one member of an object inside such an argument.
package final class Parameter: Sendable {
    /// Where the argument stands in the REST form.
    package enum Place: String, Sendable {
        case path, query, body, header
    }

    /// camelCase; empty for the items of a list.
    package let name: String
    /// The name by which the engine knows it.
    let key: String
    package let place: Place
    /// The name of the header that holds it; nil for one that stands elsewhere.
    package let header: String?
    package let type: ParameterType
    package let isRequired: Bool
    /// Whether null is a value of its own; otherwise null stands for an argument that was left out.
    package let isNullable: Bool
    /// What is filled in when the argument is left out; nil to leave it out of the result too.
    package let defaultValue: JSON?
    package let description: String

    init(_ reader: ObjectReader, name fallback: String = "") {
        name = reader.optionalString("name") ?? fallback
        key = name
        place = reader.optionalWord("in") ?? .body
        header = place == .header ? reader.string("header") : nil
        type = ParameterType(reader)
        isRequired = reader.flag("required")
        isNullable = reader.flag("nullable")
        defaultValue = reader.object["default"]
        description = reader.optionalString("description") ?? ""
    }

    /// The same parameter in other words.
    init(_ original: Parameter, in dialect: Dialect) {
        name = dialect.translated(original.name)
        key = original.key
        place = original.place
        header = original.header
        type = original.type.translated(into: dialect)
        isRequired = original.isRequired
        isNullable = original.isNullable
        defaultValue = original.defaultValue
        description = dialect.translated(original.description)
    }
}
