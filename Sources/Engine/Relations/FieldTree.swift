import Storage
import Values

/// The fields that a `select` names, as a tree along the relations: `name`, `author.name`, `author.publisher.*`.
struct FieldTree {
    /// How many relations one path may follow.
    static let maximumDepth = Query.maximumRelations

    /// Fields of the row itself; `*` stands for all but the relations.
    private(set) var names: [String] = []
    /// What is wanted of related rows, by the key of the relation.
    private(set) var related: [(key: String, selection: FieldTree)] = []

    init(_ names: [String]) {
        for name in names { add(name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)[...]) }
    }

    private mutating func add(_ path: ArraySlice<String>) {
        guard path.count > 1, let key = path.first else {
            names.append(contentsOf: path)
            return
        }
        want(key) { $0.add(path.dropFirst()) }
    }

    /// A relation that is named alone is wanted with all of its fields.
    mutating func settle(_ isRelation: (String) -> Bool) {
        let bare = names.filter(isRelation)
        names.removeAll { bare.contains($0) }
        for key in bare { want(key) { $0.names.append("*") } }
    }

    private mutating func want(_ key: String, _ body: (inout FieldTree) -> Void) {
        if let index = related.firstIndex(where: { $0.key == key }) {
            body(&related[index].selection)
        } else {
            var selection = FieldTree([])
            body(&selection)
            related.append((key, selection))
        }
    }
}

extension RowShape {
    /// The shape for a table, with what it wants of related rows.
    /// - Throws: `general_query_invalid` for a field that is none, or a path that follows too many relations.
    func bound(to table: Table, _ context: ReadContext) throws -> Bound {
        guard let selected else { return Bound(table, context.dialect) }
        guard !table.links.isEmpty else { return try Self.own(selected, table, context.dialect) }
        return try Self.bind(FieldTree(selected), to: table, context, depth: 0)
    }

    private static func bind(_ selection: FieldTree, to table: Table, _ context: ReadContext, depth: Int) throws
        -> Bound
    {
        var selection = selection
        selection.settle { table.link($0) != nil }
        var bound = try own(selection.names, table, context.dialect)
        guard !selection.related.isEmpty else { return bound }
        guard depth < FieldTree.maximumDepth else {
            throw AppError(
                .generalQueryInvalid,
                "Invalid query: 'select' follows more than \(FieldTree.maximumDepth) relations in a row.",
                argument: "queries"
            )
        }
        for (key, wanted) in selection.related {
            guard let link = table.link(key) else {
                _ = try table.fields.field(key)
                throw AppError(
                    .generalQueryInvalid,
                    "Invalid query: '\(key)' is no relationship, so it has no fields of its own.",
                    argument: "queries"
                )
            }
            guard let related = try context.table(link.relation.relatedTable, beside: table) else { continue }
            var shape = try bind(wanted, to: related, context, depth: depth + 1)
            if case .heldBy(let key) = link.path { shape.read(related.layout.position(of: key)) }
            bound.read(link.position(in: table))
            bound.related.append(
                RelatedShape(link, related, shape, readable: context.access(.read, toRelated: related))
            )
        }
        return bound
    }

    /// The shape of a row's own fields.
    private static func own(_ names: [String], _ table: Table, _ dialect: Dialect) throws -> Bound {
        guard !names.contains("*") else { return Bound(table, dialect) }
        var positions: [Int] = []
        for name in names where !system.contains(name) {
            guard let position = table.layout.position(of: name), table.rowColumns[position].isVisible else {
                _ = try table.fields.field(name)
                continue
            }
            positions.append(position)
        }
        return Bound(table, dialect, system: Set(names).intersection(system), positions: positions)
    }
}

/// How answers show the rows of one relation.
struct RelatedShape {
    let link: Link
    let table: Table
    let shape: RowShape.Bound
    /// How far the caller may read them.
    let readable: RowAccess
    let encodedKey: [UInt8]

    init(_ link: Link, _ table: Table, _ shape: RowShape.Bound, readable: RowAccess) {
        self.link = link
        self.table = table
        self.shape = shape
        self.readable = readable
        encodedKey = Array(",\(JSON.string(link.key).text):".utf8)
    }
}

extension ReadContext {
    /// How far an action on the rows of a related table is open; a disabled table is closed to all but the key.
    func access(_ action: Action, toRelated table: Table) -> RowAccess {
        table.enabled || caller.isPrivileged ? caller.access(action, to: table) : .none
    }
}
