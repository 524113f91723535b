import Storage
import Values

/// What a relationship column says of two tables. Each relation has two columns, one in either table, which say the
/// same from their side; that of a one-way relation's child is hidden.
///
/// Exactly one of the two is stored: a text column that holds the id of the related row. The other one, and both of a
/// relation of many to many, whose pairs of ids are a table of their own, exist in the schema only.
struct Relation: Sendable, Equatable {
    /// Read from the parent to the child.
    enum Kind: String, Sendable, CaseIterable {
        case oneToOne, oneToMany, manyToOne, manyToMany

        /// Read from the child to the parent.
        var reversed: Kind {
            switch self {
            case .oneToMany: .manyToOne
            case .manyToOne: .oneToMany
            case .oneToOne, .manyToMany: self
            }
        }
    }

    enum Side: String, Sendable {
        case parent, child
    }

    /// What happens to related rows when a row is deleted.
    enum OnDelete: String, Sendable {
        case cascade, restrict, setNull
    }

    var kind: Kind
    var side: Side
    var isTwoWay: Bool
    /// The id of the table at the other side, in the same database.
    var relatedTable: String
    /// The key of the column at the other side.
    var twoWayKey: String
    var onDelete: OnDelete
    /// The id of that column's row in the system table.
    var partner: String
    /// What the store calls the table of pairs; only for many to many.
    var pairs: String?

    /// Whether this side's column holds the id of the related row.
    var isStored: Bool {
        switch (kind, side) {
        case (.oneToOne, .parent), (.manyToOne, .parent), (.oneToMany, .child): true
        default: false
        }
    }

    /// Whether a row of this side may be related to several.
    var isToMany: Bool {
        switch (kind, side) {
        case (.manyToMany, _), (.oneToMany, .parent), (.manyToOne, .child): true
        default: false
        }
    }

    /// Whether callers don't see this side.
    var isHidden: Bool { side == .child && !isTwoWay }

    /// Whether related rows depend on those of this side: they are what a cascade deletes and what restricts.
    func leads(_ rule: OnDelete) -> Bool {
        switch kind {
        case .oneToOne: side == .parent || (rule == .cascade && isTwoWay)
        case .oneToMany, .manyToMany: side == .parent
        case .manyToOne: side == .child
        }
    }

    /// A few words for a reader: `manyToOne of authors, two-way with books, onDelete restrict`.
    var summary: String {
        let kind = side == .parent ? kind : kind.reversed
        let other = isTwoWay ? ", two-way with \(twoWayKey)" : ""
        return "\(kind.rawValue) of \(relatedTable)\(other), onDelete \(onDelete.rawValue)"
    }

    /// The same relation as the other side says it.
    func mirrored(key: String, table: String, partner: String) -> Relation {
        var other = self
        other.side = side == .parent ? .child : .parent
        other.relatedTable = table
        other.twoWayKey = key
        other.partner = partner
        return other
    }
}

extension Relation {
    /// As the system table keeps it.
    var json: JSON {
        [
            "kind": .string(kind.rawValue), "side": .string(side.rawValue), "twoWay": .bool(isTwoWay),
            "related": .string(relatedTable), "twoWayKey": .string(twoWayKey),
            "onDelete": .string(onDelete.rawValue), "partner": .string(partner),
            "pairs": pairs.map { .string($0) } ?? .null,
        ]
    }

    init?(_ json: JSON) {
        guard let kind = json["kind"]?.string.flatMap(Kind.init), let side = json["side"]?.string.flatMap(Side.init),
            let isTwoWay = json["twoWay"]?.bool, let related = json["related"]?.string,
            let twoWayKey = json["twoWayKey"]?.string,
            let onDelete = json["onDelete"]?.string.flatMap(OnDelete.init), let partner = json["partner"]?.string
        else { return nil }
        self.init(
            kind: kind,
            side: side,
            isTwoWay: isTwoWay,
            relatedTable: related,
            twoWayKey: twoWayKey,
            onDelete: onDelete,
            partner: partner,
            pairs: json["pairs"]?.string
        )
    }
}
