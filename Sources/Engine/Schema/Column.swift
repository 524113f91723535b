import Storage
import Values

/// The kinds of columns, by the word that creates them.
enum ColumnType: String, Sendable, CaseIterable {
    case string, varchar, text, mediumtext, longtext, email, url, ip
    case `enum`
    case integer, bigint, float, boolean, datetime
    case relationship
    case point, line, polygon

    /// The `type` of the column model.
    var wireType: String {
        switch self {
        case .email, .url, .ip, .enum: "string"
        case .float: "double"
        case .line: "linestring"
        default: rawValue
        }
    }

    /// The `format` of the column model.
    var format: String? {
        switch self {
        case .email, .url, .ip, .enum, .datetime: rawValue
        default: nil
        }
    }

    var kind: ColumnKind {
        switch self {
        case .integer, .bigint: .integer
        case .float: .double
        case .boolean: .boolean
        case .datetime: .datetime
        case .point, .line, .polygon: .geometry
        default: .text
        }
    }

    /// Whether columns of this kind may keep their values sealed.
    var canBeEncrypted: Bool { [.string, .varchar, .text, .mediumtext, .longtext].contains(self) }

    /// Finds a kind by the words of an inline definition: `type`, which may also be `double` or `linestring`, and `format`.
    init?(type: String, format: String?) {
        if let format, !format.isEmpty, ["string", "datetime", format].contains(type) {
            guard let known = ColumnType(rawValue: format), known.format == format else { return nil }
            self = known
        } else if type == "double" {
            self = .float
        } else if type == "linestring" {
            self = .line
        } else {
            self.init(rawValue: type)
        }
    }
}

/// A column of a table.
struct Column: Sendable, Equatable {
    /// The id of its row in the system table.
    var uid: String
    var key: String
    /// The name in the store while a rename is under way.
    var storedAs: String
    var type: ColumnType
    var required: Bool
    var isArray: Bool
    var defaultValue: JSON = .null
    /// The longest text in characters, for `string` and `varchar`.
    var size: Int64?
    var minimum: JSON = .null
    var maximum: JSON = .null
    var elements: [String] = []
    /// Whether values are sealed before they reach the store.
    var isEncrypted = false
    /// What a relationship column says; nil for every other kind.
    var relation: Relation?
    var status: BuildStatus = .processing
    var error = ""
    var createdAt: Timestamp
    var updatedAt: Timestamp

    var layout: ColumnLayout {
        ColumnLayout(key, storedAs: storedAs, type.kind, isArray: isArray, seal: isEncrypted ? uid : nil)
    }

    /// Whether rows hold a value of it.
    var isInRows: Bool { relation?.isStored ?? true }

    /// Whether callers see it.
    var isVisible: Bool { relation.map { !$0.isHidden } ?? true }

    /// Whether no other column may have its key.
    var takesKey: Bool { isVisible || isInRows }

    /// The column model of the reference for this kind, in the words of a dialect.
    func json(_ dialect: Dialect) -> JSON { relation.map { json($0, dialect) } ?? json }

    private func json(_ relation: Relation, _ dialect: Dialect) -> JSON {
        [
            "key": .string(key), "type": .string(type.wireType), "status": .string(status.rawValue),
            "error": .string(error), "required": .bool(required), "array": .bool(isArray),
            "$createdAt": .string(createdAt.text), "$updatedAt": .string(updatedAt.text),
            dialect.translated("relatedTable"): .string(relation.relatedTable),
            "relationType": .string(relation.kind.rawValue), "twoWay": .bool(relation.isTwoWay),
            "twoWayKey": .string(relation.twoWayKey), "onDelete": .string(relation.onDelete.rawValue),
            "side": .string(relation.side.rawValue),
        ]
    }

    private var json: JSON {
        var object: JSONObject = [
            "key": .string(key), "type": .string(type.wireType), "status": .string(status.rawValue),
            "error": .string(error), "required": .bool(required), "array": .bool(isArray),
            "$createdAt": .string(createdAt.text), "$updatedAt": .string(updatedAt.text),
        ]
        switch type {
        case .string, .varchar: object["size"] = .int(size ?? 0)
        case .integer, .bigint:
            object["min"] = minimum.isNull ? .int(.min) : minimum
            object["max"] = maximum.isNull ? .int(.max) : maximum
        case .float:
            object["min"] = minimum.isNull ? .double(-Double.greatestFiniteMagnitude) : minimum
            object["max"] = maximum.isNull ? .double(.greatestFiniteMagnitude) : maximum
        case .enum: object["elements"] = JSON(elements)
        default: break
        }
        if let format = type.format { object["format"] = .string(format) }
        object["default"] = defaultValue
        if type.canBeEncrypted { object["encrypt"] = .bool(isEncrypted) }
        return .object(object)
    }

    /// A few words for a reader: `varchar(128) required`, `integer 0..100 = 5`.
    var summary: String {
        if let relation {
            return relation.summary + (status == .available ? "" : " (\(status.rawValue))")
        }
        var text = type.rawValue
        if let size { text += "(\(size))" }
        if type == .enum { text += "(" + elements.joined(separator: "|") + ")" }
        if isArray { text += "[]" }
        switch (minimum.isNull, maximum.isNull) {
        case (true, true): break
        case (false, true): text += " >= \(minimum.text)"
        case (true, false): text += " <= \(maximum.text)"
        case (false, false): text += " \(minimum.text)..\(maximum.text)"
        }
        if isEncrypted { text += " encrypted" }
        if required { text += " required" }
        if !defaultValue.isNull { text += " = \(defaultValue.text)" }
        if status != .available { text += " (\(status.rawValue))" }
        return text
    }
}
