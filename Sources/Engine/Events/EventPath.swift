package import Values

/// What an event is about and what was done, taken apart: `databases.shop.tables.orders.rows.o1.update`.
package struct EventPath: Sendable, Equatable {
    /// Something with an id, inside of what stands before it.
    package struct Resource: Sendable, Equatable {
        /// In the words of ``Dialect/tables``: `databases`, `tables`, `rows`.
        package var kind: String
        /// nil for the rows of a bulk, which have many.
        package var id: String?
    }

    /// From the outermost one on.
    package private(set) var resources: [Resource] = []
    /// What was done: `update`, or `update` and `email`.
    package private(set) var actions: [String] = []
    /// In whose words the event was recorded.
    package private(set) var dialect = Dialect.tables

    package init(_ record: EventRecord) {
        self.init(record.event, record.ids)
    }

    /// - Parameter pattern: a pattern of the catalog, such as `users.[userId].update.email`.
    init(_ pattern: String, _ ids: [String]) {
        var rest = ids[...]
        var kind: String?
        for part in pattern.split(separator: ".").map(String.init) {
            if part.hasPrefix("[") {
                resources.append(Resource(kind: kind ?? "", id: rest.popFirst()))
                kind = nil
            } else {
                if let kind { actions.append(kind) }
                kind = part
            }
        }
        if let kind { actions.append(kind) }
        guard isInDatabase else { return }
        for index in resources.indices {
            guard let kind = EventForm.kind(ofCollections: resources[index].kind) else { continue }
            resources[index].kind = kind
            dialect = .collections
        }
    }

    var isInDatabase: Bool { resources.first?.kind == "databases" }

    /// The kinds of its resources: `databases/tables/rows`.
    package var kinds: String { resources.map(\.kind).joined(separator: "/") }

    /// Which of the four things was done, if it was done to the innermost resource itself.
    package var action: String? { actions.first.flatMap { Self.plainActions.contains($0) ? $0 : nil } }

    static let plainActions: Set<String> = ["create", "update", "upsert", "delete"]

    /// The words for the kinds of its resources in which it was recorded.
    var spokenKinds: [String] { EventForm(dialect).words(of: self) }

    /// The event without wildcards, in the words in which it was recorded.
    package var name: String {
        let places = zip(spokenKinds, resources).flatMap { [$0, $1.id ?? "*"] }
        return (places + actions).joined(separator: ".")
    }
}
