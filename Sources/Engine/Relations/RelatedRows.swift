import Storage
import Values

/// The rows that are related to those of a page, read at once for each relation.
struct RelatedRows {
    /// In the order of ``RowShape/Bound/related``.
    private(set) var relations: [Found] = []

    /// The rows of one relation.
    struct Found {
        var rows: [StoredRow] = []
        /// Positions in ``rows``, by the id of the row that they are related to.
        var positions: [String: [Int]] = [:]
        var nested = RelatedRows()
    }

    /// Reads what a shape wants: once for each relation at each level, twice where there is a table of pairs.
    /// - Throws: 400 `general_bad_request` when there are too many.
    static func read(_ shape: RowShape.Bound, for owners: [StoredRow], _ context: ReadContext) throws -> RelatedRows {
        var result = RelatedRows()
        for related in shape.related {
            var found = Found()
            if related.readable != .none, !owners.isEmpty {
                let reader = LinkReader(
                    context.session,
                    related.link,
                    from: shape.table,
                    to: related.table,
                    atMost: context.call.mostRelated
                )
                found = try reader.rows(
                    of: owners,
                    permissions: related.readable == .own ? context.caller.grants(.read) : nil,
                    columns: related.shape.positions
                )
                found.nested = try read(related.shape, for: found.rows, context)
            }
            result.relations.append(found)
        }
        return result
    }
}
