import Storage
import Values

extension RowWriter {
    /// How many bytes a row may have in its wire form.
    static let maximumBytes = 8 << 20

    /// The row as an answer.
    /// - Throws: 400 for a row that is too large.
    func answer(_ row: StoredRow) throws -> Response {
        let response = shown(row)
        try checkSize(response, "data")
        return response
    }

    /// The row as it is shown, however large it is.
    func shown(_ row: StoredRow) -> Response { RowShape.Bound(table, context.dialect).response(row) }

    func checkSize(_ response: Response, _ argument: Prose) throws(AppError) {
        guard response.encoded.count <= Self.maximumBytes else { throw Self.tooLarge(argument) }
    }

    private static func tooLarge(_ argument: Prose) -> AppError {
        AppError(
            .rowInvalidStructure,
            "Invalid row: it has more than \(maximumBytes) bytes.",
            argument: argument,
            hint: "Keep large contents outside of the row and store a link to them."
        )
    }

    /// Checks what the store computed against the rules of the columns.
    func check(_ row: StoredRow, _ operations: [RowOperation], _ place: RowPlace) throws(AppError) {
        for operation in operations {
            let column = table.rowColumns[operation.position]
            let value = row.values[operation.position]
            if value.isNull, column.required { throw invalidResult(column, "is required and can't become null", place) }
            do throws(Column.Misfit) { _ = try column.normalized(value) } catch {
                throw invalidResult(column, "must be \(error.rule)", place)
            }
        }
    }

    private func invalidResult(_ column: Column, _ rule: Prose, _ place: RowPlace) -> AppError {
        AppError(
            .rowInvalidStructure,
            "Invalid row: what the operator makes of '\(column.key)' \(rule).",
            argument: place.field(column.key),
            hint: "Nothing was changed. The column is \(column.summary)."
        )
    }

    /// Translates what the store refuses.
    func refusing<R>(_ place: RowPlace, _ body: () throws -> R) throws -> R {
        do { return try body() } catch let error as StoreError {
            switch error.kind {
            case .duplicateID:
                throw AppError(
                    .rowAlreadyExists,
                    "There is a row with this id in the table '\(table.id)' already.",
                    argument: place.id,
                    hint: "Choose another id, \"unique()\", or use tablesDB.upsertRow."
                )
            case .uniqueViolation:
                let unique = table.indexes.filter { $0.type == "unique" }.map { "\($0.key): \($0.summary)" }
                throw AppError(
                    .rowUniqueConstraintViolation,
                    "Another row has the same values in a unique index.",
                    argument: place.data,
                    hint: "Unique indexes are \(unique.joined(separator: "; "))."
                )
            case .overflow(let position):
                let column = table.rowColumns[position]
                throw invalidResult(column, "is beyond what \(column.type.capacity) can hold", place)
            case .tooLarge: throw Self.tooLarge(place.data)
            default: throw error
            }
        }
    }
}

extension ColumnType {
    /// What the values of its kind fit into, for messages about results that don't.
    fileprivate var capacity: Prose {
        switch kind {
        case .integer: "a 64-bit integer"
        case .datetime: "a date of the years 0000 to 9999"
        default: "a 64-bit floating-point number"
        }
    }
}
