import Values

/// What can be asked of the backend: one operation as `catalog.json` declares it.
package final class Operation: Sendable {
    /// What running it may do to what is stored.
    package enum Effect: String, Sendable, CaseIterable {
        case read
        case write
        /// Deletes a container with all it holds; such a call is confirmed first.
        case destroy
    }

    /// Which kind of store session the handler needs.
    package enum Runs: String, Sendable, CaseIterable {
        case read
        case write
        /// Waits or calls out, so it can be neither part of an atomic batch nor a dry run.
        case outside
    }

    /// `service.method`, for example `tablesDB.createRow`.
    package let id: String
    /// Other ids under which the operation is found.
    package let aliases: [String]
    /// One line of at most 100 characters.
    package let summary: String
    /// What it does, what it answers, and what happens on conflict.
    package let description: String
    /// Words and phrases people use for it that its other texts don't hold.
    package let keywords: [String]
    /// The HTTP method of its REST route.
    package let method: String
    /// The path of its REST route, with `:name` for parameters that stand in it.
    package let path: String
    /// Any one of these suffices; empty when none is needed.
    package let scopes: [String]
    /// Kinds of caller that may run it: `Admin`, `Key`, `Session`, `JWT`.
    package let auth: [String]
    package let effect: Effect
    package let runs: Runs
    /// The HTTP status of success.
    package let status: Int
    /// The name of the response model, `none` for an empty answer.
    package let model: String
    /// The pattern of the event it causes, with `[name]` for ids; nil when it causes none.
    package let event: String?
    package let isDeprecated: Bool
    /// The id of the operation to use instead of a deprecated one.
    package let replacedBy: String?
    package let parameters: [Parameter]

    /// The part of ``id`` before the dot.
    package let service: String
    /// The part of ``id`` after the dot.
    package let name: String

    init(_ reader: ObjectReader, shared: [String: Parameter]) {
        let id = reader.string("id")
        self.id = id
        aliases = reader.strings("aliases")
        summary = reader.string("summary")
        description = reader.string("description")
        keywords = reader.strings("keywords")
        method = reader.string("method")
        path = reader.string("path")
        scopes = reader.strings("scopes")
        auth = reader.strings("auth")
        let effect: Effect = reader.word("effect")
        self.effect = effect
        runs = reader.optionalWord("runs") ?? (effect == .read ? .read : .write)
        status = reader.integer("status")
        model = reader.string("model")
        event = reader.optionalString("event")
        isDeprecated = reader.flag("deprecated")
        replacedBy = reader.optionalString("replacedBy")
        parameters = reader.array("parameters").map { item in
            switch item {
            case .string(let name):
                guard let parameter = shared[name] else { reader.fail("parameter '\(name)' is not declared") }
                return parameter
            case .object(let object): return Parameter(ObjectReader(object, of: "\(id), parameter"))
            default: reader.fail("a parameter must be a name or an object")
            }
        }
        let parts = id.split(separator: ".", maxSplits: 1)
        guard parts.count == 2 else { reader.fail("the id must be service.method") }
        service = String(parts[0])
        name = String(parts[1])
        guard Set(parameters.map(\.name)).count == parameters.count else {
            reader.fail("a parameter is declared twice")
        }
        guard summary.count <= 100 else { reader.fail("the summary is longer than 100 characters") }
    }
}
