import Storage
import Values

extension ReadContext {
    /// The user that the call names.
    /// - Throws: 404 `user_not_found`.
    func user() throws -> User { try user(call.string("userId"), argument: "userId") }

    /// - Throws: 404 `user_not_found`, about the argument that named it.
    func user(_ id: String, argument: Prose) throws -> User {
        guard let row = try session.row(id, in: IdentityTables.users) else {
            throw AppError(
                .userNotFound,
                "There is no user '\(id)'.",
                argument: argument,
                hint: "users.list shows the users, users.create makes one."
            )
        }
        return User(row)
    }

    /// The user with this e-mail address, in any case of its letters.
    func user(email: String) throws -> User? { try user("email", email.lowercased()) }

    func user(phone: String) throws -> User? { try user("phone", phone) }

    private func user(_ column: String, _ value: String) throws -> User? {
        var query = RowQuery(limit: 1)
        query.filters = [.compare(column, .equal, [.string(value)])]
        return try session.rows(query, in: IdentityTables.users).first.map { User($0) }
    }

    /// What belongs to a user in one of the tables that have a column `user`, in the order of creation.
    func rows(of user: String, in layout: TableLayout) throws -> [StoredRow] {
        try rows([.compare("user", .equal, [.string(user)])], in: layout)
    }

    /// All rows that match, in the order of creation.
    func rows(_ filters: [Filter], in layout: TableLayout) throws -> [StoredRow] {
        var query = RowQuery(limit: 1000)
        query.filters = filters
        var result: [StoredRow] = []
        while true {
            let page = try session.rows(query, in: layout)
            result += page
            guard page.count == query.limit, let last = page.last else { return result }
            query.position = RowQuery.Position(values: [.string(last.sequence)], isBackward: false)
        }
    }

    func targets(of user: String) throws -> [Target] {
        try rows(of: user, in: IdentityTables.targets).map { Target($0) }
    }

    /// A user as an answer to whoever asks.
    func answer(_ user: User) throws -> JSON { user.json(for: caller, targets: try targets(of: user.id)) }

    /// Users as an answer to whoever asks, their targets read at once.
    func answer(_ users: [User]) throws -> [JSON] {
        guard !users.isEmpty else { return [] }
        let own: Filter = .compare("user", .equal, users.map { .string($0.id) })
        let targets = Dictionary(grouping: try rows([own], in: IdentityTables.targets).map { Target($0) }, by: \.user)
        return users.map { $0.json(for: caller, targets: targets[$0.id] ?? []) }
    }
}
