import Values

@testable import Engine

extension TestEngine {
    /// Signs somebody up as a guest.
    @discardableResult
    func signUp(_ id: String, _ password: String = "correct horse", name: String = "") async throws -> JSON {
        var arguments: JSONObject = [
            "userId": .string(id), "email": .string("\(id)@example.org"), "password": .string(password),
        ]
        if !name.isEmpty { arguments["name"] = .string(name) }
        return try await call("account.create", arguments, as: .guest)
    }

    /// Signs a user in, and gives the actor that it is with its session.
    func signIn(_ id: String, _ password: String = "correct horse") async throws -> Actor {
        let session = try await call("account.createEmailPasswordSession", Self.login(id, password))
        return .session(user: id, id: session["$id"]?.string ?? "")
    }

    static func login(_ id: String, _ password: String = "correct horse") -> JSONObject {
        ["email": .string("\(id)@example.org"), "password": .string(password)]
    }

    /// The names of the events so far, with their ids.
    func eventNames() async throws -> [String] { try await events().flatMap(\.single).map(\.name) }
}
