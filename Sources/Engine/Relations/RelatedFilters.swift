import Storage
import Values

/// Binds filters on fields of related rows, `author.age`, beside those on fields of the row itself.
///
/// Conditions on the same relation that must all hold are about one and the same related row. A related row that the
/// caller may not read meets none.
struct RelatedFilters {
    private let context: ReadContext
    /// What the bound filters number.
    private(set) var joins: [Join] = []

    init(_ context: ReadContext) {
        self.context = context
    }

    /// - Throws: `general_query_invalid`.
    mutating func bind(_ filters: [Filter], to table: Table, depth: Int = 0) throws -> [Filter] {
        try table.fields.checkSearches(filters.compactMap { Self.own($0, table) })
        if table.links.isEmpty { return try table.fields.bound(filters) }
        var bound: [Filter] = []
        var groups: [(link: Link, filters: [Filter])] = []
        func add(_ filter: Filter?, _ link: Link) {
            if let index = groups.firstIndex(where: { $0.link.key == link.key }) {
                groups[index].filters += filter.map { [$0] } ?? []
            } else {
                groups.append((link, filter.map { [$0] } ?? []))
            }
        }
        for filter in filters {
            switch filter {
            case .and(let parts): bound += try bind(parts, to: table, depth: depth)
            case .or(let parts):
                bound.append(
                    .or(
                        try parts.map { part in
                            let alternative = try bind([part], to: table, depth: depth)
                            return alternative.count == 1 ? alternative[0] : .and(alternative)
                        }
                    )
                )
            case .compare(let name, let comparison, let operands):
                let path = name.split(separator: ".", maxSplits: 1).map(String.init)
                guard let link = path.first.flatMap(table.link) else {
                    bound += try table.fields.bound([filter])
                    continue
                }
                guard comparison != .search, comparison != .notSearch else {
                    throw Self.invalid("'\(comparison.rawValue)' does not work on fields of related rows")
                }
                if path.count == 2 {
                    add(.compare(path[1], comparison, operands), link)
                } else if case .holds = link.path {
                    bound += try table.fields.bound([filter])
                } else {
                    add(try Self.presence(link, comparison, operands), link)
                }
            case .related: bound.append(filter)
            }
        }
        for (link, filters) in groups { bound.append(try related(link, filters, table, depth)) }
        return bound
    }

    /// The part of a filter that is about the row itself.
    private static func own(_ filter: Filter, _ table: Table) -> Filter? {
        switch filter {
        case .and(let parts): return .and(parts.compactMap { own($0, table) })
        case .or(let parts): return .or(parts.compactMap { own($0, table) })
        case .compare(let name, _, _):
            let head = name.split(separator: ".").first.map(String.init) ?? name
            return table.link(head) == nil ? filter : nil
        case .related: return nil
        }
    }

    private mutating func related(_ link: Link, _ filters: [Filter], _ table: Table, _ depth: Int) throws -> Filter {
        guard depth < FieldTree.maximumDepth else {
            throw Self.invalid("a filter follows at most \(FieldTree.maximumDepth) relations in a row")
        }
        guard let related = try context.table(link.relation.relatedTable, beside: table) else { return .or([]) }
        let number = joins.count
        let access = context.access(.read, toRelated: related)
        joins.append(
            Join(link.path, to: related.layout, permissions: access == .own ? context.caller.grants(.read) : nil)
        )
        let inner = try bind(filters, to: related, depth: depth + 1)
        return access == .none ? .or([]) : .related(number, inner)
    }

    /// What a filter on a to-many relation itself asks of a related row; nil for nothing but that there is one.
    private static func presence(_ link: Link, _ comparison: Comparison, _ operands: [JSON]) throws -> Filter? {
        switch comparison {
        case .isNotNull: return nil
        case .equal, .contains, .containsAny: return .compare("$id", .equal, operands)
        default:
            throw invalid(
                "'\(comparison.rawValue)' does not work on the relationship '\(link.key)'; name one of its fields, as "
                    + "in '\(link.key).$id'"
            )
        }
    }

    private static func invalid(_ reason: Prose) -> AppError {
        AppError(.generalQueryInvalid, "Invalid query: \(reason).", argument: "queries")
    }
}

extension QueryBinding {
    /// - Throws: `general_query_invalid` when rows are to be sorted by fields of other rows.
    static func checkNesting(of orders: [Query.Order], _ table: Table) throws(AppError) {
        let nested = orders.first { order in
            guard let link = order.field.split(separator: ".").first.flatMap({ table.link(String($0)) }) else {
                return false
            }
            return link.key != order.field || !link.relation.isStored
        }
        guard let order = nested else { return }
        throw AppError(
            .generalQueryInvalid,
            "Invalid query: rows can't be sorted by '\(order.field)', which is of other rows.",
            argument: "queries",
            hint: "Sort by fields of the row itself."
        )
    }
}
