import Catalog
import Values

/// What was called otherwise before some release, in requests and in answers.
struct FormatFilter: Sendable {
    /// The release that brought the names of today.
    let release: FormatVersion
    /// The operations that take arguments under the earlier names.
    let operations: Set<String>
    /// Where in an answer, by its model, the resources are: in the list of that name, or the answer itself is one.
    let models: [String: String?]
    /// The names of today with those before.
    let names: [(today: String, before: String)]

    /// Everything that is known to have been called otherwise, the latest release first.
    static let all: [FormatFilter] = [
        FormatFilter(
            release: FormatVersion("1.9.1")!,
            operations: ["webhooks.create", "webhooks.update", "webhooks.updateSecret"],
            models: ["webhook": nil, "webhookList": "webhooks"],
            names: [
                ("tls", "security"), ("authUsername", "httpUser"), ("authPassword", "httpPass"),
                ("secret", "signatureKey"),
            ]
        )
    ]

    /// Arguments under the names of today; one that is given under both is meant by that of today.
    func arguments(_ given: JSONObject, of operation: Operation) -> JSONObject {
        guard operations.contains(operation.id) else { return given }
        var result = given
        for name in names where given[name.today] == nil { result.rename(name.before, to: name.today) }
        return result
    }

    /// An answer under the names of before.
    func answer(_ answer: JSON, of model: String) -> JSON {
        guard let place = models[model], var object = answer.object else { return answer }
        guard let place else { return .object(renamed(object)) }
        object[place] = object[place]?.array.map { items in
            .array(items.map { item in item.object.map { .object(renamed($0)) } ?? item })
        }
        return .object(object)
    }

    private func renamed(_ object: JSONObject) -> JSONObject {
        var object = object
        for name in names { object.rename(name.today, to: name.before) }
        return object
    }
}

extension JSONObject {
    /// Gives a member another name, in its place.
    fileprivate mutating func rename(_ name: String, to other: String) {
        guard let index = members.firstIndex(where: { $0.key == name }) else { return }
        members[index].key = other
    }
}

/// The filters between a client and what is spoken today.
struct FormatFilters: Sendable {
    private let filters: [FormatFilter]

    /// - Parameters:
    ///   - format: what the client knows; nil for what is spoken today.
    ///   - all: the latest release first.
    init(_ format: FormatVersion?, among all: [FormatFilter] = FormatFilter.all) {
        filters = format.map { format in all.filter { format < $0.release } } ?? []
    }

    /// What the client sent, as it is said today.
    func arguments(_ given: JSONObject, of operation: Operation) -> JSONObject {
        // From the names that it knows to those of each later release.
        filters.reversed().reduce(given) { $1.arguments($0, of: operation) }
    }

    /// An answer as the client knows it.
    func answer(_ encoded: [UInt8], of model: String) -> [UInt8] {
        let filters = filters.filter { $0.models[model] != nil }
        guard !filters.isEmpty, let answer = try? JSON(parsing: encoded) else { return encoded }
        return filters.reduce(answer) { $1.answer($0, of: model) }.encoded
    }
}
