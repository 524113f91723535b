import Crypto
import Storage
import Values

/// One call that waits in a transaction.
struct StagedOperation: Sendable {
    /// The operation's id.
    var operation: String
    /// Checked and complete, under the names by which the engine knows them; ids that had to be made are made.
    var arguments: JSONObject
    var actor: Actor
    /// What the row was when this was staged; nil where the operation is not bound to that.
    var base: Base?

    /// A row as it was: a digest of it, or nil where there was none.
    struct Base: Sendable, Equatable {
        var digest: String?
    }

    init(_ operation: String, _ arguments: JSONObject, _ actor: Actor, base: Base?) {
        self.operation = operation
        self.arguments = arguments
        self.actor = actor
        self.base = base
    }

    init(_ row: StoredRow) throws {
        let record = Record(row, SystemTables.staged)
        operation = record.string("operation")
        arguments = record["arguments"].object ?? JSONObject()
        actor = try Actor(staged: record.string("actor"))
        base = record["base"].object.map { Base(digest: $0["row"]?.string) }
    }

    func values(in transaction: String, at position: Int64) -> [JSON] {
        Record.values(
            SystemTables.staged,
            [
                "transaction": .string(transaction), "position": .int(position), "operation": .string(operation),
                "arguments": .object(arguments), "actor": .string(actor.staged),
                "base": base.map { ["row": $0.digest.map { .string($0) } ?? .null] } ?? .null,
            ]
        )
    }

    /// The row that it is about; nil for a bulk.
    var target: Target? {
        guard let database = arguments["databaseId"]?.string, let table = arguments["tableId"]?.string,
            let row = arguments["rowId"]?.string
        else { return nil }
        return Target(database: database, table: table, row: row)
    }

    struct Target: Sendable, Hashable {
        var database: String
        var table: String
        var row: String
    }

    /// The state of a row now.
    static func base(of row: StoredRow?) -> Base {
        guard let row else { return Base(digest: nil) }
        var parts: [JSON] = [.string(row.sequence), .int(row.updatedAt.milliseconds), JSON(row.permissions)]
        parts += row.values
        let digest = SHA256.hash(data: JSON.array(parts).encoded)
        return Base(digest: digest.prefix(16).hexadecimal)
    }
}

extension Actor {
    /// How it is kept with what it has staged: who administers the project is written with its role, and a user with
    /// who acts as it. As with every user, the session in which something was staged does not matter later.
    fileprivate var staged: String {
        switch self {
        case .administrator(let administrator): "\(self)/\(administrator.role.rawValue)"
        case .impersonated(let impersonation): "\(self)/\(impersonation.impersonator)"
        default: "\(self)"
        }
    }

    fileprivate init(staged text: String) throws(AppError) {
        let parts = text.split(separator: "/", maxSplits: 1).map(String.init)
        let first = parts.first ?? ""
        if parts.count == 2, first.hasPrefix("console:"), let role = ConsoleRole([parts[1]]) {
            self = .administrator(Administrator(user: String(first.dropFirst("console:".count)), role: role))
        } else if parts.count == 2, let user = try Actor(parsing: first).userID {
            self = .impersonated(Impersonation(impersonator: parts[1], session: nil, user: user))
        } else {
            self = try Actor(parsing: text)
        }
    }
}
