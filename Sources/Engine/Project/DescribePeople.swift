import Storage
import Values

/// What descriptions say of users, teams and labels.
struct DescribePeople {
    private let session: any ReadSession

    init(_ session: any ReadSession) { self.session = session }

    /// Counts are exact up to here.
    private static let exactCount = 5000
    /// How many teams are listed, the oldest first.
    private static let teams = 20
    /// In how many users labels are looked for, the newest first.
    private static let labelled = 1000

    // MARK: The project

    /// How many users and teams there are, and which labels users have.
    func overview() throws -> JSONObject {
        let users = try count([], in: IdentityTables.users)
        var overview: JSONObject = ["users": .string(users.text)]
        if users.number > 0 {
            let blocked = try count([.compare("status", .equal, [false])], in: IdentityTables.users)
            if blocked.number > 0 { overview["blockedUsers"] = .string(blocked.text) }
            let labels = try labels()
            if !labels.isEmpty { overview["labels"] = .object(labels) }
        }
        let teams = try count([], in: IdentityTables.teams)
        if teams.number > 0 {
            overview["teams"] = .object(try list())
            if teams.number > Self.teams { overview["teamsInAll"] = .string(teams.text) }
        }
        return overview
    }

    private func list() throws -> JSONObject {
        let rows = try session.rows(RowQuery(limit: Self.teams), in: IdentityTables.teams)
        return JSONObject(
            rows.map { row in
                let team = Team(row)
                return (team.id, .string("\(team.name), \(Self.members(Int(team.total)))"))
            }
        )
    }

    /// How many of the newest users have each label.
    private func labels() throws -> JSONObject {
        let position = IdentityTables.users.position(of: "labels")!
        var query = RowQuery(limit: Self.labelled)
        query.orders = [Query.Order("$sequence", descending: true)]
        query.columns = [position]
        var counts: [String: Int] = [:]
        for row in try session.rows(query, in: IdentityTables.users) {
            for label in row.values[position].strings ?? [] { counts[label, default: 0] += 1 }
        }
        return JSONObject(
            counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, .string(Self.users($0.value))) }
        )
    }

    // MARK: Roles

    /// Who holds a role of a permission, in plain words.
    func holders(of role: String) throws -> String {
        let parts = role.split(separator: "/", maxSplits: 1).map(String.init)
        let head = parts[0].split(separator: ":", maxSplits: 1).map(String.init)
        switch (head[0], head.count == 2 ? head[1] : "") {
        case ("any", _): return "everybody, guests included"
        case ("guests", _): return "everybody who has not signed in"
        case ("users", _): return try holders(ofUsers: parts.count == 2 ? parts[1] : nil)
        case ("user", let id): return try holder(user: id)
        case ("team", let id): return try holders(team: id, role: parts.count == 2 ? parts[1] : nil)
        case ("member", let id): return try holder(membership: id)
        case ("label", let label):
            let count = try count([.compare("labels", .contains, [.string(label)])], in: IdentityTables.users)
            return count.number == 0 ? "no user has this label" : Self.users(count)
        default: return role
        }
    }

    private func holders(ofUsers state: String?) throws -> String {
        guard let state else { return "all \(Self.users(try count([], in: IdentityTables.users)))" }
        let isVerified: Filter = .or([
            .compare("emailVerification", .equal, [true]), .compare("phoneVerification", .equal, [true]),
        ])
        let verified = try count([isVerified], in: IdentityTables.users)
        if state == "verified" { return "\(Self.users(verified)) with a verified e-mail address or phone number" }
        return "users without a verified e-mail address or phone number"
    }

    private func holder(user id: String) throws -> String {
        guard let row = try session.row(id, in: Self.userPart) else { return "there is no such user" }
        let (name, isActive) = (row.values[0].string ?? "", row.values[1].bool ?? false)
        return (name.isEmpty ? "the user '\(id)'" : "the user \(name)") + (isActive ? "" : ", who is blocked")
    }

    private func holders(team id: String, role: String?) throws -> String {
        guard let row = try session.row(id, in: IdentityTables.teams) else { return "there is no such team" }
        let team = Team(row)
        guard let role else { return "\(Self.members(Int(team.total))) of the team \(team.name)" }
        let holders = try count(
            [
                .compare("team", .equal, [.string(id)]), .compare("confirm", .equal, [true]),
                .compare("roles", .contains, [.string(role)]),
            ],
            in: IdentityTables.memberships
        )
        return holders.number == 0
            ? "nobody in the team \(team.name) has this role"
            : "\(Self.members(holders)) of the team \(team.name)"
    }

    private func holder(membership id: String) throws -> String {
        guard let row = try session.row(id, in: IdentityTables.memberships) else {
            return "there is no such membership"
        }
        let membership = Membership(row)
        return "the user '\(membership.user)' as a member of the team '\(membership.team)'"
    }

    private static let userPart = IdentityTables.users.part(["name", "status"])

    // MARK: Numbers

    /// So many, exactly or nearly.
    private struct Count {
        let number: Int
        let text: String
    }

    private func count(_ filters: [Filter], in table: TableLayout) throws -> Count {
        var query = RowQuery(limit: 1)
        query.filters = filters
        let exact = try session.count(query, in: table, cap: Self.exactCount + 1)
        guard exact > Self.exactCount else { return Count(number: exact, text: String(exact)) }
        guard filters.isEmpty else { return Count(number: exact, text: "more than \(Self.exactCount)") }
        return Count(number: exact, text: "~\(max(exact, try session.estimatedCount(in: table)))")
    }

    private static func users(_ number: Int) -> String { number == 1 ? "1 user" : "\(number) users" }
    private static func users(_ count: Count) -> String { count.number == 1 ? "1 user" : "\(count.text) users" }
    private static func members(_ number: Int) -> String { number == 1 ? "1 member" : "\(number) members" }
    private static func members(_ count: Count) -> String { count.number == 1 ? "1 member" : "\(count.text) members" }
}
