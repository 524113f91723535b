/// Two tables and one relation between them, as plainly as possible: which rows there are and which belong together.
struct RelationModel {
    enum Side: String, CaseIterable {
        case parent, child
        var other: Side { self == .parent ? .child : .parent }
    }

    struct Pair: Hashable {
        var parent: String
        var child: String

        func id(_ side: Side) -> String { side == .parent ? parent : child }

        init(_ side: Side, _ own: String, _ other: String) {
            parent = side == .parent ? own : other
            child = side == .parent ? other : own
        }
    }

    /// Why something is refused.
    struct Refused: Error {
        var type: String
    }

    /// A related row as data names it.
    struct Item {
        var id: String
        /// Whether it is made where it is not there.
        var isObject: Bool
    }

    let kind: String
    let isTwoWay: Bool
    let onDelete: String
    var rows: [Side: Set<String>] = [.parent: [], .child: []]
    var pairs: Set<Pair> = []

    func isToMany(_ side: Side) -> Bool {
        switch (kind, side) {
        case ("manyToMany", _), ("oneToMany", .parent), ("manyToOne", .child): true
        default: false
        }
    }

    func related(_ side: Side, _ id: String) -> Set<String> {
        Set(pairs.filter { $0.id(side) == id }.map { $0.id(side.other) })
    }

    mutating func create(_ side: Side, _ id: String, _ items: [Item]?) throws {
        guard !rows[side]!.contains(id) else { throw Refused(type: "row_already_exists") }
        var copy = self
        copy.rows[side]!.insert(id)
        try copy.set(side, id, items)
        self = copy
    }

    mutating func set(_ side: Side, _ id: String, _ items: [Item]?) throws {
        guard let items else { return }
        var copy = self
        for item in items where !copy.rows[side.other]!.contains(item.id) {
            guard item.isObject else { throw Refused(type: "relationship_value_invalid") }
            copy.rows[side.other]!.insert(item.id)
        }
        if kind == "oneToOne", let item = items.first, copy.related(side.other, item.id).contains(where: { $0 != id }) {
            throw Refused(type: "row_unique_constraint_violation")
        }
        copy.pairs = copy.pairs.filter { $0.id(side) != id }
        for item in items {
            if !isToMany(side.other) { copy.pairs = copy.pairs.filter { $0.id(side.other) != item.id } }
            copy.pairs.insert(Pair(side, id, item.id))
        }
        self = copy
    }

    mutating func delete(_ side: Side, _ id: String) throws {
        guard rows[side]!.contains(id) else { throw Refused(type: "row_not_found") }
        var going: [Side: Set<String>] = [side: [id], side.other: []]
        var next = [(side, id)]
        while onDelete == "cascade", let (side, id) = next.popLast() {
            guard leads(side, orTwoWay: true) else { continue }
            for other in related(side, id) where going[side.other]!.insert(other).inserted {
                next.append((side.other, other))
            }
        }
        if onDelete == "restrict", leads(side, orTwoWay: false), !related(side, id).isEmpty {
            throw Refused(type: "row_delete_restricted")
        }
        for side in Side.allCases {
            rows[side]!.subtract(going[side]!)
            pairs = pairs.filter { !going[side]!.contains($0.id(side)) }
        }
    }

    private func leads(_ side: Side, orTwoWay: Bool) -> Bool {
        switch kind {
        case "oneToOne": side == .parent || (orTwoWay && isTwoWay)
        case "manyToOne": side == .child
        default: side == .parent
        }
    }
}
