package import Values

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
    /// Older paths under which the same is answered. `:projectId` in one of them names the project to work in.
    package let otherPaths: [String]
    /// Any one of these suffices; empty when none is needed.
    package let scopes: [String]
    /// Kinds of caller that may run it: `Admin`, `Key`, `Session`, `JWT`.
    package let auth: [String]
    package let effect: Effect
    /// The argument without which an operation of effect `destroy` destroys nothing; nil when it always does.
    private let destroysWith: String?
    package let runs: Runs
    /// The HTTP status of success.
    package let status: Int
    /// How often a caller may run it; nil for as often as it likes.
    package let rateLimit: RateLimit?
    /// The name of the response model, `none` for an empty answer.
    package let model: String
    /// Where its answer holds what opens something; `*` stands for every item or member.
    package let secrets: [JSONPointer]
    /// The pattern of the event it causes, with `[name]` for ids; nil when it causes none.
    package let event: String?
    /// The names in brackets in ``event``, as the engine knows them.
    package let eventIDs: [String]
    package let isDeprecated: Bool
    /// The id of the operation to use instead of a deprecated one.
    package let replacedBy: String?
    package let parameters: [Parameter]
    /// The words in which it speaks.
    package let dialect: Dialect
    /// The operation that does the same in the words in which the catalog is written; nil when it is such a one.
    let original: Operation?

    /// The part of ``id`` before the dot.
    package let service: String
    /// The part of ``id`` after the dot.
    package let name: String

    /// The id of the operation whose handler serves it.
    package var implementation: String { original?.id ?? id }

    /// - Parameter secrets: where answers hold secrets, by their models.
    init(_ reader: ObjectReader, shared: [String: Parameter], secrets: [String: [JSONPointer]]) {
        let id = reader.string("id")
        self.id = id
        aliases = reader.strings("aliases")
        summary = reader.string("summary")
        description = reader.string("description")
        keywords = reader.strings("keywords")
        method = reader.string("method")
        path = reader.string("path")
        otherPaths = reader.strings("otherPaths")
        scopes = reader.strings("scopes")
        auth = reader.strings("auth")
        let effect: Effect = reader.word("effect")
        self.effect = effect
        destroysWith = reader.optionalString("destroysWith")
        runs = reader.optionalWord("runs") ?? (effect == .read ? .read : .write)
        status = reader.integer("status")
        let model = reader.string("model")
        self.model = model
        self.secrets = secrets[model] ?? []
        let event = reader.optionalString("event")
        self.event = event
        eventIDs = event.map(Self.names) ?? []
        isDeprecated = reader.flag("deprecated")
        replacedBy = reader.optionalString("replacedBy")
        let parameters = reader.array("parameters").map { item in
            switch item {
            case .string(let name):
                guard let parameter = shared[name] else { reader.fail("parameter '\(name)' is not declared") }
                return parameter
            case .object(let object): return Parameter(ObjectReader(object, of: "\(id), parameter"))
            default: reader.fail("a parameter must be a name or an object")
            }
        }
        self.parameters = parameters
        rateLimit = reader.optionalObject("rateLimit").map { RateLimit($0, of: parameters) }
        dialect = .tables
        original = nil
        guard let parts = Self.split(id) else { reader.fail("the id must be service.method") }
        (service, name) = parts
        guard Set(parameters.map(\.name)).count == parameters.count else {
            reader.fail("a parameter is declared twice")
        }
        guard summary.count <= 100 else { reader.fail("the summary is longer than 100 characters") }
    }

    /// Whether a call with these arguments, not checked yet, may destroy something and so is confirmed first.
    package func destroys(_ arguments: JSONObject) -> Bool {
        guard effect == .destroy else { return false }
        func has(_ name: String) -> Bool {
            arguments.members.contains { key, value in
                Spelling.folded(key) == Spelling.folded(name) && value != false && !value.isNull
            }
        }
        if let destroysWith { return has(destroysWith) }
        // What is staged in a transaction is not done yet.
        return !has("transactionId")
    }

    /// The same operation in other words, for which the first of its scopes is needed; nil when those words have none.
    init?(_ original: Operation, in dialect: Dialect, parameters: [Parameter]) {
        id = dialect.translated(original.id)
        guard id != original.id, let parts = Self.split(id) else { return nil }
        (service, name) = parts
        aliases = []
        summary = dialect.translated(original.summary)
        description = dialect.translated(original.description)
        keywords = []
        method = original.method
        path = dialect.translated(original.path)
        otherPaths = original.otherPaths.map { dialect.translated($0) }
        scopes = original.scopes.prefix(1).map { dialect.translated($0) }
        auth = original.auth
        effect = original.effect
        destroysWith = original.destroysWith
        runs = original.runs
        status = original.status
        rateLimit = original.rateLimit
        model = dialect.translated(original.model)
        secrets = original.secrets
        event = original.event.map { dialect.translated($0) }
        eventIDs = original.eventIDs
        isDeprecated = true
        replacedBy = original.replacedBy ?? original.id
        self.parameters = parameters
        self.dialect = dialect
        self.original = original
    }

    private static func split(_ id: String) -> (service: String, name: String)? {
        let parts = id.split(separator: ".", maxSplits: 1)
        return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
    }

    private static func names(in pattern: String) -> [String] {
        pattern.split(separator: ".").compactMap { part in
            part.hasPrefix("[") ? String(part.dropFirst().dropLast()) : nil
        }
    }
}
