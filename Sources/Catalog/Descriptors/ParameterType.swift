import Values

/// The kind of value an argument takes, with its bounds.
package enum ParameterType: Sendable {
    /// The id of something that exists.
    case id
    /// An id that the caller chooses, or `unique()`.
    case newID
    case key(KeyRule)
    /// Text of so many characters (Unicode scalars).
    case string(length: ClosedRange<Int>)
    case integer(ClosedRange<Int64>)
    /// A 64-bit integer that may also be written as a decimal string, because JavaScript clients can't send all of them
    /// as numbers. It is handed on as an integer.
    case bigint(ClosedRange<Int64>)
    case number
    /// A number, or a 64-bit integer as a decimal string. It is handed on as a number.
    case bignumber
    case boolean
    case enumeration([String])
    /// An object; the members are documentation, the engine checks them.
    case object([Parameter])
    /// An object, or a string that holds one as JSON text. It is handed on as the object; what is in it is not touched.
    case objectOrJSON
    case array(of: Parameter, count: ClosedRange<Int>)
    /// Query objects or their JSON text; only shape and number are checked here.
    case queries
    /// Strings such as `read("any")`, with the actions that make sense for the thing they protect.
    case permissions(actions: [String])
    /// ISO 8601 text.
    case datetime
    /// A mail address; with `orEmpty` also an empty text, which clears one.
    case email(orEmpty: Bool)
    /// A phone number with its country code; with `orEmpty` also an empty text, which clears one.
    case phone(orEmpty: Bool)
    /// A label of a user: 1 to 36 letters and digits.
    case label
    /// An absolute URL; with `orEmpty` also an empty text, which clears one.
    case url(orEmpty: Bool)
    /// The name or address of a host; with `wildcards` also `*` and `*.` before a name, with `orEmpty` also an empty text.
    case hostname(wildcards: Bool, orEmpty: Bool)
    case any

    /// Which names a key may have.
    package enum KeyRule: Sendable {
        /// An index: 1 to 36 of `A-Z a-z 0-9 . _ -`.
        case index
        /// A column: the same without the dot, which would read as a path in a document.
        case column
        /// A column, or a system field that can be indexed.
        case indexedColumn
        /// The role of a member of a team, which may be longer.
        case role

        /// How many characters there may be.
        var maximumLength: Int { self == .role ? 81 : ID.maximumLength }
    }

    /// How long a list may be where the catalog doesn't say.
    static let longestList = 100
}

extension ParameterType {
    init(_ reader: ObjectReader) {
        let maximum = reader.optionalInteger("max")
        let range = (reader.optionalInteger("min") ?? Int64.min)...(maximum ?? Int64.max)
        switch reader.string("type") {
        case "id": self = .id
        case "newId": self = .newID
        case "key": self = .key(.index)
        case "columnKey": self = .key(.column)
        case "indexedColumn": self = .key(.indexedColumn)
        case "roleKey": self = .key(.role)
        case "string":
            let shortest = Int(reader.optionalInteger("minLength") ?? 0)
            self = .string(length: shortest...Int(reader.optionalInteger("maxLength") ?? Int64(Int.max)))
        case "integer": self = .integer(range)
        case "bigint": self = .bigint(range)
        case "number": self = .number
        case "bignumber": self = .bignumber
        case "boolean": self = .boolean
        case "enum": self = .enumeration(reader.strings("values"))
        case "object":
            self = .object(reader.objects("properties").map { Parameter($0) })
        case "objectOrJSON": self = .objectOrJSON
        case "array":
            guard case .object(let items)? = reader.object["items"] else { reader.fail("an array needs items") }
            let most = Int(reader.optionalInteger("maxItems") ?? Int64(Self.longestList))
            self = .array(
                of: Parameter(ObjectReader(items, of: reader.subject)),
                count: Int(reader.optionalInteger("minItems") ?? 0)...most
            )
        case "queries": self = .queries
        case "permissions": self = .permissions(actions: reader.strings("actions"))
        case "datetime": self = .datetime
        case "email": self = .email(orEmpty: reader.flag("orEmpty"))
        case "phone": self = .phone(orEmpty: reader.flag("orEmpty"))
        case "label": self = .label
        case "url": self = .url(orEmpty: reader.flag("orEmpty"))
        case "hostname":
            self = .hostname(wildcards: reader.flag("wildcards"), orEmpty: reader.flag("orEmpty"))
        case "any": self = .any
        case let other: reader.fail("unknown type '\(other)'")
        }
    }

    /// The same kind with the names and texts of its members in other words.
    func translated(into dialect: Dialect) -> ParameterType {
        switch self {
        case .object(let members): .object(members.map { Parameter($0, in: dialect) })
        case .array(let item, let count): .array(of: Parameter(item, in: dialect), count: count)
        default: self
        }
    }
}
