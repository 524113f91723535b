import Catalog
import Values

@testable import Engine

/// A project in which every operation that takes or makes a secret is called, for real, by the key and by a user.
final class SecretWorld {
    private let engine: TestEngine
    private let world: MatrixWorld
    /// What was given to operations, with the operations.
    private(set) var planted: [String: String] = [:]
    /// What operations answered with.
    private(set) var made: [String: String] = [:]
    /// What refused calls were told.
    private(set) var complaints: [String] = []
    /// The operations that were done at least once.
    private(set) var done: Set<String> = []

    init(_ engine: TestEngine) async throws {
        self.engine = engine
        world = try await MatrixWorld(engine)
    }

    /// Operations that take a secret in one of these parameters.
    static let taking = AccessMatrix.operations.filter { !parameters(of: $0).isEmpty }
    /// Operations whose answers may hold one that is new, or that is shown again. Hashes of passwords are not meant.
    static let making = AccessMatrix.operations.filter { operation in
        !operation.secrets.isEmpty && !["user", "userList"].contains(operation.model)
    }

    /// The parameters of an operation that take what nobody else is to know, as far as it can be recognised again.
    static func parameters(of operation: Operation) -> [String] {
        operation.parameters.filter { parameter in
            guard case .string(let length) = parameter.type, length.contains(24) else { return false }
            let name = parameter.name.lowercased()
            return ["password", "secret", "otp", "p8file", "privatekey", "token"].contains { name.contains($0) }
                && !["passwordsalt", "tokenurl"].contains { name.hasPrefix($0) }
        }.map(\.name)
    }

    /// Calls everything.
    func run() async throws {
        try await showSecondFactor()
        // What takes the secret of a message comes last.
        let takesMessage: (Operation) -> Bool = { $0.model == "token" && $0.name.hasPrefix("update") }
        for operation in Self.making where !takesMessage(operation) {
            var arguments = world.arguments(of: operation)
            if operation.id == "users.createMFARecoveryCodes" { arguments["userId"] = "owner" }
            if operation.model == "session", arguments["secret"] != nil {
                arguments["secret"] = try await engine.call("users.createToken", ["userId": "user"])["secret"]
            }
            try await call(operation, arguments)
        }
        // A new password ends the sessions that the others need.
        let last = Self.making.filter(takesMessage)
        for operation in last where operation.name != "updateRecovery" { try await answerMessage(operation) }
        for operation in last where operation.name == "updateRecovery" { try await answerMessage(operation) }
        for operation in Self.taking {
            var arguments = world.arguments(of: operation)
            if arguments["userId"] == "unique()" {
                arguments["email"] = .string(operation.name.lowercased() + "@example.org")
            }
            for name in Self.parameters(of: operation) { arguments[name] = plant(operation) }
            try await call(operation, arguments)
        }
        try await useVariables()
        try await useEncryptedColumns()
        // What waits to be sent holds the secrets of links.
        try await call(Catalog.embedded.operation("outbox.list")!, [:])
    }

    private func plant(_ operation: Operation) -> JSON {
        let secret = Planted.secret()
        planted[secret] = operation.id
        return .string(secret)
    }

    /// Runs an operation as the key, or as users where it is about who calls, and takes note of what comes of it.
    private func call(
        _ operation: Operation,
        _ arguments: JSONObject,
        as callers: [MatrixCaller] = [.key, .user, .member]
    ) async throws {
        for caller in callers {
            var invocation = Invocation(operation.id, arguments)
            invocation.credential = try await world.credential(caller, operation)
            do {
                let answer = try await engine.answer(invocation)
                done.insert(operation.id)
                guard operation.model != "user" else { continue }
                for secret in SecretMask.secrets(in: answer, of: operation) { made[secret] = operation.id }
            } catch let error as AppError {
                complaints.append("\(operation.id) \(error.json.text)")
            }
        }
    }

    private func showSecondFactor() async throws {
        engine.clock.advance(milliseconds: 60_000)
        let session = Actor.session(user: "user", id: world.made["sessionId"]?.string ?? "")
        try await engine.pass("totp", TestEngine.code(world.made["authenticator"], at: engine.clock), as: session)
    }

    /// Finishes what an operation has begun that sends a secret: `updateRecovery` what `createRecovery` began.
    private func answerMessage(_ operation: Operation) async throws {
        let begin = Catalog.embedded.operation("account.create" + operation.name.dropFirst("update".count))!
        try await call(begin, world.arguments(of: begin), as: [.user])
        var arguments = world.arguments(of: operation)
        arguments["secret"] = .string(try await engine.newestSecret())
        try await call(operation, arguments, as: [.user])
    }

    private func useVariables() async throws {
        let make = Catalog.embedded.operation("project.createVariable")!
        try await call(make, ["variableId": "v", "key": "V", "value": plant(make), "secret": true])
        let change = Catalog.embedded.operation("project.updateVariable")!
        try await call(change, ["variableId": "v", "value": plant(change)])
    }

    private func useEncryptedColumns() async throws {
        try await engine.makeTable([["key": "sealed", "type": "varchar", "size": 40, "encrypt": true]])
        let make = Catalog.embedded.operation("tablesDB.createRow")!
        try await call(make, TestEngine.addressed(["rowId": "r", "data": ["sealed": plant(make)]]))
        let tooLong: JSON = .string(plant(make).string! + String(repeating: ".", count: 40))
        try await call(make, TestEngine.addressed(["rowId": "s", "data": ["sealed": tooLong]]))
        let change = Catalog.embedded.operation("tablesDB.updateRow")!
        try await call(change, TestEngine.addressed(["rowId": "r", "data": ["sealed": plant(change)]]))
    }
}
