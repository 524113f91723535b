import Storage
import Values

/// The `columns` and `indexes` that `createTable` carries.
enum InlineDefinitions {
    static func columns(_ call: Call) throws(AppError) -> [Column] {
        var result: [Column] = []
        for (index, item) in (call.arguments["columns"]?.array ?? []).enumerated() {
            let reader = DefinitionReader(item, "columns[\(index)]")
            let place = reader.place + "."
            try reader.allow([
                "key", "type", "format", "size", "required", "default", "array", "min", "max", "elements",
                "encrypt",
            ])
            var column = try column(reader, call)
            try ColumnRules.check(&column, place: place)
            try ColumnRules.checkRoom(for: column.key, among: result, argument: place + "key")
            result.append(column)
        }
        return result
    }

    private static func column(_ reader: DefinitionReader, _ call: Call) throws(AppError) -> Column {
        let key = try reader.key("key")
        let word = try reader.string("type")
        let format = reader.object["format"]?.string ?? ""
        if !format.isEmpty, ColumnType(type: word, format: nil) != nil,
            ColumnType(type: word, format: format)?.format != format
        {
            throw reader.invalid("format", "a column of type '\(word)' has no format '\(format)'")
        }
        guard word != ColumnType.relationship.rawValue else {
            throw reader.invalid(
                "type",
                "a table can't be made with relationships",
                hint: "Make both tables, then use tablesDB.createRelationshipColumn."
            )
        }
        guard let type = ColumnType(type: word, format: format) else {
            let known = ColumnType.allCases.filter { $0 != .relationship }.map(\.rawValue)
            let near = Spelling.suggestions(for: word, among: known)
            throw reader.invalid(
                "type",
                "'\(word)' is no column type",
                hint: near.isEmpty
                    ? "Types are \(known.joined(separator: ", "))." : "Did you mean \(near.joined(separator: " or "))?"
            )
        }
        var column = Column(
            uid: call.clock.makeID(),
            key: key,
            storedAs: key,
            type: type,
            required: try reader.bool("required"),
            isArray: try reader.bool("array"),
            isEncrypted: try reader.bool("encrypt"),
            createdAt: call.now,
            updatedAt: call.now
        )
        column.defaultValue = reader.object["default"] ?? .null
        column.minimum = try bound(reader, "min", type)
        column.maximum = try bound(reader, "max", type)
        if let number = column.defaultValue.number, type == .float { column.defaultValue = .double(number) }
        if type == .string || type == .varchar {
            column.size = try reader.integer("size", 1...(type == .varchar ? 16_381 : 1_073_741_824))
        } else if reader.object["size"] != nil {
            throw reader.invalid("size", "a \(type.rawValue) column has no size")
        }
        if type == .enum {
            column.elements = try reader.strings("elements", length: 1...255)
        } else if reader.object["elements"] != nil {
            throw reader.invalid("elements", "only enum columns have elements")
        }
        return column
    }

    private static func bound(_ reader: DefinitionReader, _ name: String, _ type: ColumnType) throws(AppError) -> JSON {
        guard let value = reader.object[name], !value.isNull else { return .null }
        switch (type, value) {
        case (.integer, .int), (.bigint, .int), (.float, .double): return value
        case (.integer, .string(let digits)), (.bigint, .string(let digits)):
            if let number = Int64(digits) { return .int(number) }
        case (.float, .int(let number)): return .double(Double(number))
        default: break
        }
        throw reader.invalid(
            "\(own: name)",
            [.integer, .bigint, .float].contains(type)
                ? "it must be \(type == .float ? "a number" : "an integer")" : "a \(type.rawValue) column has no range"
        )
    }

    static func indexes(_ call: Call, _ columns: [Column]) throws(AppError) -> [Index] {
        var result: [Index] = []
        let available = columns.map { column in
            var column = column
            column.status = .available
            return column
        }
        for (position, item) in (call.arguments["indexes"]?.array ?? []).enumerated() {
            let reader = DefinitionReader(item, "indexes[\(position)]")
            try reader.allow(["key", "type", "columns", "attributes", "orders", "lengths"])
            let type = try reader.string("type")
            guard IndexLayout.Kind(rawValue: type) != nil else {
                let known = IndexLayout.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                throw reader.invalid("type", "it must be one of \(known), not \"\(type)\"")
            }
            let orders = reader.object["orders"] == nil ? [] : try reader.strings("orders", length: 1...4)
            if let wrong = orders.first(where: { $0 != "ASC" && $0 != "DESC" }) {
                throw reader.invalid("orders", "each must be \"ASC\" or \"DESC\", not \"\(wrong)\"")
            }
            let index = Index(
                uid: call.clock.makeID(),
                key: try reader.key("key"),
                type: type,
                columns: try reader.strings(reader.object["columns"] == nil ? "attributes" : "columns", length: 1...36),
                orders: orders,
                lengths: (reader.object["lengths"]?.array ?? []).map { $0.int ?? 0 },
                createdAt: call.now,
                updatedAt: call.now
            )
            result.append(try IndexRules.checked(index, available, result, place: reader.place + "."))
        }
        return result
    }
}
