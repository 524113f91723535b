import Storage
import Values

extension ColumnHandlers {
    /// Adds the row of a column to the system table.
    static func insert(
        _ column: Column,
        _ table: String,
        _ context: WriteContext,
        _ status: BuildStatus = .available
    ) throws {
        var column = column
        column.status = status
        var fields = fields(of: column)
        fields["table"] = .string(table)
        let row = NewRow(
            id: column.uid,
            createdAt: column.createdAt,
            updatedAt: column.updatedAt,
            values: Record.values(SystemTables.columns, fields)
        )
        _ = try context.writer.insert(row, into: SystemTables.columns)
    }

    /// Saves every field of a column.
    static func save(_ column: Column, _ context: WriteContext) throws {
        let change = Record.change(SystemTables.columns, at: column.updatedAt, fields(of: column))
        _ = try context.writer.update(column.uid, change, in: SystemTables.columns)
    }

    /// The type under which lists of columns don't find the hidden sides of relations.
    static let hiddenType = "hidden"

    private static func fields(of column: Column) -> JSONObject {
        [
            "key": .string(column.key), "storedAs": .string(column.storedAs),
            "type": .string(column.isVisible ? column.type.wireType : hiddenType),
            "kind": .string(column.type.rawValue), "size": column.size.map { .int($0) } ?? .null,
            "required": .bool(column.required), "array": .bool(column.isArray),
            "default": column.defaultValue, "relation": column.relation?.json ?? .null,
            "min": column.minimum, "max": column.maximum, "elements": JSON(column.elements),
            "status": .string(column.status.rawValue), "error": .string(column.error),
            "encrypt": .bool(column.isEncrypted),
        ]
    }
}
