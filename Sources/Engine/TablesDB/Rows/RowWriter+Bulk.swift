import Catalog
import Storage
import Values

/// One of the rows that a bulk writes, as it was given.
struct BulkRow: Sendable {
    var id: String
    var data: JSONObject
    /// nil when it names none.
    var permissions: [String]?
    var place: RowPlace

    /// Reads the rows of a bulk: values by column key, and with them `$id`, which is made where it is missing, and
    /// `$permissions`.
    static func list(_ rows: [JSON], _ clock: WallClock) throws(AppError) -> [BulkRow] {
        var result: [BulkRow] = []
        result.reserveCapacity(rows.count)
        for (index, row) in rows.enumerated() {
            let place = RowPlace.item(index)
            guard case .object(let data) = row else {
                throw AppError(
                    .generalArgumentInvalid,
                    "A row must be an object, not \(row.kindName).",
                    argument: place.data,
                    hint: "For example {\"$id\":\"a\",\"title\":\"Tea\"}."
                )
            }
            result.append(
                BulkRow(
                    id: try id(data["$id"], place, clock),
                    data: data,
                    permissions: try permissions(data["$permissions"], place),
                    place: place
                )
            )
        }
        return result
    }

    private static func id(_ value: JSON?, _ place: RowPlace, _ clock: WallClock) throws(AppError) -> String {
        switch value {
        case nil, .null?, .string(ID.unique)?: return clock.makeID()
        case .string(let id)? where ID.isValid(id): return id
        default:
            throw AppError(
                .generalArgumentInvalid,
                "An id must be 1 to 36 of A-Z a-z 0-9 . _ - and start with a letter or a digit.",
                argument: place.id,
                hint: "Leave it out, or write \"unique()\", to have one made."
            )
        }
    }

    /// The permissions that stand among the values of a row.
    static func permissions(_ value: JSON?, _ place: RowPlace) throws(AppError) -> [String]? {
        guard let value, !value.isNull else { return nil }
        let actions = Permissions.rowActions.map(\.rawValue) + ["write"]
        try PermissionList.check(value, actions: actions, argument: place.field("$permissions"))
        return value.strings
    }
}

extension RowWriter {
    /// How many rows a query of a bulk may match.
    static let maximumMatches = 10_000

    /// Adds rows; all are checked before the first one is written.
    func create(_ rows: [BulkRow]) throws -> [StoredRow] {
        try checkIDs(rows)
        let prepared = try rows.map { row in
            try prepareNew(
                row.id,
                RowData(row.data, for: table, by: context.caller, at: row.place),
                row.permissions,
                row.place
            )
        }
        return try prepared.map { try store($0) }
    }

    /// Adds the rows that are not there and changes those that are.
    func upsert(_ rows: [BulkRow]) throws -> [StoredRow] {
        try checkIDs(rows)
        let known = try find(rows.map(\.id))
        let prepared = try rows.map { row in
            try prepare(row.id, over: known[row.id], row.data, row.permissions, row.place)
        }
        var result = try prepared.map { try store($0) }
        let places = prepared.indices.filter { !prepared[$0].operations.isEmpty }
        guard !places.isEmpty else { return result }
        for (place, row) in zip(places, try computed(places.map { prepared[$0] })) { result[place] = row }
        return result
    }

    /// Changes every row that matches in the same way.
    func update(matching query: Query, _ data: JSONObject) throws -> [StoredRow] {
        let place = RowPlace.single
        let permissions = try granted(try BulkRow.permissions(data["$permissions"], place))
        let data = try parsed(data, place)
        let change = RowChange(
            createdAt: data.createdAt,
            updatedAt: data.updatedAt ?? context.now,
            keepsLater: data.updatedAt == nil,
            permissions: permissions,
            values: data.values,
            operations: data.operations
        )
        let rows = try matching(query)
        guard !rows.isEmpty else { return [] }
        let ids = rows.map(\.id)
        try refusing(place) { try complete(context.writer.update(ids, change, in: table.layout), of: ids) }
        guard !data.operations.isEmpty else { return rows.map { $0.applying(change) } }
        let new = try read(ids)
        for row in new { try check(row, data.operations, place) }
        return new
    }

    /// Removes every row that matches and returns what they were.
    func delete(matching query: Query) throws -> [StoredRow] {
        let rows = try matching(query)
        guard !rows.isEmpty else { return [] }
        let ids = rows.map(\.id)
        try complete(context.writer.delete(ids, from: table.layout), of: ids)
        return rows
    }

    /// The rows that a bulk is about.
    private func matching(_ query: Query) throws -> [StoredRow] {
        guard query.select == nil, query.cursor == nil else {
            throw AppError(
                .generalQueryInvalid,
                "Invalid query: a bulk takes neither select nor cursors.",
                argument: "queries",
                hint: "Filters say which rows; limit, offset and an order can narrow them down."
            )
        }
        var page = RowQuery(limit: min(query.limit ?? .max, Self.maximumMatches + 1))
        page.filters = try table.fields.filters(query.filters)
        page.orders = try table.fields.orders(query.orders)
        page.offset = query.offset ?? 0
        let rows = try context.session.rows(page, in: table.layout)
        guard rows.count <= Self.maximumMatches else {
            throw AppError(
                .generalBadRequest,
                "More than \(Self.maximumMatches) rows match, which is too many for one call; nothing was changed.",
                argument: "queries",
                hint: "Use a narrower query, or a limit of at most \(Self.maximumMatches), and call again for the rest."
            )
        }
        for row in rows { try checkUnchanged(row) }
        return rows
    }

    /// What was read in a transaction can't be gone when it is written.
    private func complete(_ count: Int, of ids: [String]) throws {
        guard count == ids.count else { throw StoreError(.internalFault, "a row vanished in a transaction") }
    }

    private func checkIDs(_ rows: [BulkRow]) throws(AppError) {
        var seen: Set<String> = []
        for row in rows where !seen.insert(row.id).inserted {
            throw AppError(
                .rowAlreadyExists,
                "The id '\(row.id)' stands twice among the rows of this call.",
                argument: row.place.id,
                hint: "Give each row an id of its own, or none to have it made."
            )
        }
    }
}
