import Storage
import Values

/// The `data` of a row, checked against the columns of its table.
struct RowData {
    /// A value for each column that the data names, by its position in ``Table/rowColumns``.
    var values: [(position: Int, value: JSON)] = []
    /// What the data says of related rows.
    var relations: [(link: Link, value: JSON)] = []
    /// What the store is to compute for columns that the data names with an operator.
    var operations: [RowOperation] = []
    /// Set by the key only.
    var createdAt: Timestamp?
    var updatedAt: Timestamp?

    /// Fields that rows carry and that data may repeat without effect.
    private static let ignored: Set<String> = [
        "$id", "$sequence", "$databaseId", "$tableId", "$collectionId", "$permissions",
    ]

    private let place: RowPlace

    /// - Parameters:
    ///   - place: where the data stands among the arguments.
    ///   - now: the moment for operators that ask for it; nil where operators are not understood.
    /// - Throws: 400 `row_invalid_structure`, naming the field as `data.title`; 400 `general_bad_request` for an
    ///   operator that is none.
    init(
        _ data: JSONObject,
        for table: Table,
        by caller: Caller,
        at place: RowPlace = .single,
        operatorsAt now: Timestamp? = nil
    ) throws(AppError) {
        self.place = place
        values.reserveCapacity(data.count)
        for (key, value) in data.members {
            if !table.links.isEmpty, let link = table.link(key) {
                relations.append((link, value))
            } else if let position = table.layout.position(of: key), table.rowColumns[position].isVisible {
                let column = table.rowColumns[position]
                if let now, let op = try RowOperator.reading(value, at: place.field(key)) {
                    switch try op.bound(to: column, position, at: place, now) {
                    case .operation(let operation): operations.append(operation)
                    case .value(let value): values.append((position, value))
                    }
                } else {
                    values.append((position, try check(value, column)))
                }
            } else if key == "$createdAt" || key == "$updatedAt" {
                guard caller.isPrivileged, !value.isNull else { continue }
                guard case .string(let text) = value, let moment = Timestamp(parsing: text) else {
                    throw invalid(key, "'\(key)' must be an ISO 8601 date-time")
                }
                if key == "$createdAt" { createdAt = moment } else { updatedAt = moment }
            } else if !Self.ignored.contains(key) {
                throw unknown(key, table)
            }
        }
    }

    /// The values of a new row: defaults where nothing is named, null where the store computes.
    /// - Throws: 400 `row_invalid_structure` for a required column without a value.
    func complete(for table: Table) throws(AppError) -> [JSON] {
        var result = table.rowColumns.map(\.defaultValue)
        for (position, value) in values { result[position] = value }
        for operation in operations { result[operation.position] = .null }
        try checkRequired(result, table)
        return result
    }

    private func checkRequired(_ values: [JSON], _ table: Table) throws(AppError) {
        var missing: [String] = []
        for (index, column) in table.rowColumns.enumerated() where column.required && values[index].isNull {
            if !operations.contains(where: { $0.position == index }) { missing.append(column.key) }
        }
        guard let first = missing.first else { return }
        let names = missing.map { "'\($0)'" }.joined(separator: ", ")
        throw invalid(
            first,
            missing.count == 1
                ? "the required column \(names) has no value" : "required columns have no value: \(names)",
            hint: Prose(
                quoting: missing.compactMap { key in table.column(key).map { "\(key): \($0.summary)" } }.joined(
                    separator: "; "
                )
            )
        )
    }

    private func check(_ value: JSON, _ column: Column) throws(AppError) -> JSON {
        if value.isNull, column.required { throw invalid(column.key, "'\(column.key)' is required and can't be null") }
        do throws(Column.Misfit) { return try column.normalized(value) } catch {
            let place = error.item.map { "\(column.key)[\($0)]" } ?? (column.key + error.place)
            throw invalid(place, "'\(place)' must be \(error.rule)")
        }
    }

    private func unknown(_ key: String, _ table: Table) -> AppError {
        if let column = table.column(key) {
            return Self.unavailable(column, argument: place.field(key))
        }
        let names = table.columns.filter { $0.status == .available }.map(\.key)
        let near = Spelling.suggestions(for: key, among: names)
        let hint: Prose =
            if names.isEmpty {
                "The table has no columns; tablesDB.createTextColumn and its kin add them."
            } else if near.isEmpty { "Columns are \(names.joined(separator: ", "))." } else {
                "Did you mean \(near.joined(separator: " or "))?"
            }
        return invalid(key, "the table has no column '\(key)'", hint: hint)
    }

    static func unavailable(_ column: Column, argument: Prose) -> AppError {
        AppError(
            .columnNotAvailable,
            "The column '\(column.key)' is \(column.status.rawValue) and can't be used.",
            argument: argument,
            hint: "tablesDB.getColumn shows its state."
        )
    }

    private func invalid(_ field: String, _ reason: Prose, hint: Prose? = nil) -> AppError {
        AppError(.rowInvalidStructure, "Invalid row: \(reason).", argument: place.field(field), hint: hint)
    }
}
