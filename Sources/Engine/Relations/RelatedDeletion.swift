import Storage
import Values

/// Deletes a row and does to related rows what the rules of their relations say, in one transaction.
///
/// First every row that goes is found, level by level, so that cycles end; then the rules that refuse are asked about
/// rows that would stay; only then anything changes.
final class RelatedDeletion {
    /// How many rows one deletion may take along.
    static let maximum = 5000

    private let context: WriteContext
    /// What goes, by table, the row of the call first.
    private var going: [(table: Table, rows: [StoredRow])] = []
    private var ids: Set<Place> = []

    private struct Place: Hashable {
        var table: String
        var row: String
    }

    init(_ context: WriteContext) {
        self.context = context
    }

    /// - Throws: 403 `row_delete_restricted`; 401 when a cascade reaches a row that the caller may not delete; 400
    ///   `general_bad_request` when it reaches too many.
    func delete(_ row: StoredRow, from table: Table) throws {
        try gather(row, table)
        for (table, rows) in going { try checkRestrictions(rows, table) }
        for (table, rows) in going { try clear(rows, table) }
        for (index, (table, rows)) in going.enumerated() {
            for (number, row) in rows.enumerated() {
                _ = try context.writer.delete(row.id, from: table.layout)
                if index > 0 || number > 0 { try context.note("delete", row, in: table) }
            }
        }
    }

    private func gather(_ row: StoredRow, _ table: Table) throws {
        ids.insert(Place(table: table.uid, row: row.id))
        going.append((table, [row]))
        var next = 0
        while next < going.count {
            let (table, rows) = going[next]
            next += 1
            for link in table.links where link.relation.onDelete == .cascade && link.relation.leads(.cascade) {
                guard let related = try related(link, table) else { continue }
                let found = try follow(link, from: rows, table, related).rows
                let new = found.filter { ids.insert(Place(table: related.uid, row: $0.id)).inserted }
                guard !new.isEmpty else { continue }
                for row in new { try checkDeletion(of: row, related) }
                guard ids.count <= Self.maximum else { throw tooMany(table) }
                going.append((related, new))
            }
        }
    }

    private func checkDeletion(of row: StoredRow, _ table: Table) throws {
        guard context.access(.delete, toRelated: table) != .none,
            context.caller.may(.delete, row.permissions, in: table)
        else { throw context.caller.refusal(.delete, on: table) }
    }

    private func checkRestrictions(_ rows: [StoredRow], _ table: Table) throws {
        for link in table.links where link.relation.onDelete == .restrict && link.relation.leads(.restrict) {
            guard let related = try related(link, table) else { continue }
            let staying = try follow(link, from: rows, table, related).rows.contains { row in
                !ids.contains(Place(table: related.uid, row: row.id))
            }
            guard staying else { continue }
            throw AppError(
                .rowDeleteRestricted,
                "Rows of the table '\(related.id)' are related to the row, which therefore can't be deleted.",
                argument: "rowId",
                hint:
                    "Delete or relate them elsewhere first, or set onDelete of the relationship to cascade or setNull."
            )
        }
    }

    /// Takes the ids of rows that go out of rows that stay, and removes their pairs.
    private func clear(_ rows: [StoredRow], _ table: Table) throws {
        for link in table.links {
            guard let related = try related(link, table) else { continue }
            switch link.path {
            case .holds: continue
            case .heldBy(let key):
                let position = related.layout.position(of: key)!
                for row in try follow(link, from: rows, table, related).rows
                where !ids.contains(Place(table: related.uid, row: row.id)) {
                    let change = RowChange(updatedAt: context.now, keepsLater: true, values: [(position, .null)])
                    _ = try context.writer.update(row.id, change, in: related.layout)
                    try context.note("update", row.applying(change), in: related)
                }
            case .pairs(let layout, _, _):
                try reader(link, table, related).forEachPage(ofPairsOf: rows.map(\.id)) { pairs in
                    if !pairs.isEmpty { _ = try context.writer.delete(pairs.map(\.id), from: layout) }
                }
            }
        }
    }

    private func related(_ link: Link, _ table: Table) throws -> Table? {
        try context.table(link.relation.relatedTable, beside: table)
    }

    private func follow(_ link: Link, from rows: [StoredRow], _ table: Table, _ related: Table) throws
        -> RelatedRows.Found
    {
        try reader(link, table, related).rows(of: rows)
    }

    private func reader(_ link: Link, _ table: Table, _ related: Table) -> LinkReader {
        LinkReader(context.session, link, from: table, to: related) { self.tooMany(table) }
    }

    private func tooMany(_ table: Table) -> AppError {
        AppError(
            .generalBadRequest,
            "More than \(Self.maximum) rows are related to what would be deleted from the table '\(table.id)'.",
            argument: "rowId",
            hint: "Delete the related rows first, some thousands at a time."
        )
    }
}
