import Storage
import Values

/// The rules that the definition of a column must keep, wherever it comes from.
enum ColumnRules {
    /// How many columns a table may have.
    static let maximumColumns = 1017

    /// Checks a definition and brings its default into the form in which values are stored.
    /// - Parameters:
    ///   - place: what to put before the names of arguments, for example `columns[2].`.
    ///   - keyArgument: the argument that names the key.
    static func check(
        _ column: inout Column,
        place: Prose = "",
        keyArgument: Prose = "key"
    ) throws(AppError) {
        guard !column.key.contains(".") else {
            throw AppError(
                .generalArgumentInvalid,
                "The key '\(column.key)' holds a '.', which queries use for nested fields.",
                argument: place + keyArgument,
                hint: "Write '_' instead."
            )
        }
        if !column.defaultValue.isNull, column.required || column.isArray {
            throw AppError(
                .columnDefaultUnsupported,
                column.required
                    ? "A required column can't have a default: every row must give a value."
                    : "An array column can't have a default.",
                argument: place + "default",
                hint: column.required
                    ? "Leave out \"default\", or set \"required\" to false." : "Leave out \"default\"."
            )
        }
        guard !column.isArray || column.type.kind != .geometry else {
            throw AppError(
                .columnTypeInvalid,
                "A \(column.type.rawValue) column can't be an array.",
                argument: place + "array",
                hint: "Keep the shapes in rows of a table of their own."
            )
        }
        try checkEncryption(column, place)
        try checkBounds(column, place)
        do throws(Column.Misfit) { column.defaultValue = try column.normalized(column.defaultValue) } catch {
            throw AppError(
                .columnValueInvalid,
                "The default must be \(error.rule).",
                argument: place + "default\(error.place)"
            )
        }
    }

    /// The shortest `string` column that may be encrypted, as in the reference.
    private static let minimumEncryptedSize = 150

    private static func checkEncryption(_ column: Column, _ place: Prose) throws(AppError) {
        guard column.isEncrypted else { return }
        guard column.type.canBeEncrypted else {
            throw AppError(
                .generalArgumentInvalid,
                "A \(column.type.rawValue) column can't be encrypted.",
                argument: place + "encrypt",
                hint: "Columns of type string, varchar, text, mediumtext and longtext can."
            )
        }
        guard column.type != .string || column.size! >= minimumEncryptedSize else {
            throw AppError(
                .generalBadRequest,
                "An encrypted string column needs a size of at least \(minimumEncryptedSize).",
                argument: place + "size",
                hint: "Raise \"size\", or use a varchar or text column."
            )
        }
    }

    private static func checkBounds(_ column: Column, _ place: Prose) throws(AppError) {
        if let low = column.minimum.int, let high = column.maximum.int, low > high {
            throw AppError(
                .columnValueInvalid,
                "The smallest value, \(low), is above the largest, \(high).",
                argument: place + "min"
            )
        }
        if let low = column.minimum.number, let high = column.maximum.number, column.type == .float, low > high {
            throw AppError(
                .columnValueInvalid,
                "The smallest value, \(low), is above the largest, \(high).",
                argument: place + "min"
            )
        }
        guard column.type == .enum else { return }
        guard !column.elements.isEmpty, Set(column.elements).count == column.elements.count else {
            throw AppError(
                .columnValueInvalid,
                "\"elements\" must name at least one value, and each one once.",
                argument: place + "elements"
            )
        }
    }

    /// - Throws: `column_already_exists` for a key that is taken, whatever its case, or not yet given back by a column
    ///   that is being renamed, and `column_limit_exceeded`.
    static func checkRoom(for key: String, among columns: [Column], argument: Prose = "key") throws(AppError) {
        let folded = key.lowercased()
        if let taken = columns.first(where: { $0.key.lowercased() == folded || $0.storedAs.lowercased() == folded }) {
            throw AppError(
                .columnAlreadyExists,
                taken.key == key
                    ? "There is a column '\(key)' already."
                    : taken.key.lowercased() == folded
                        ? "There is a column '\(taken.key)' already; keys must differ in more than case."
                        : "The column '\(taken.key)' is still being renamed from '\(taken.storedAs)'.",
                argument: argument,
                hint: "It is \(taken.summary)."
            )
        }
        guard columns.count < maximumColumns else {
            throw AppError(
                .columnLimitExceeded,
                "A table holds at most \(maximumColumns) columns.",
                argument: argument
            )
        }
    }
}
