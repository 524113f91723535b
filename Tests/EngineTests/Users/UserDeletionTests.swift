import Storage
import Testing
import Values

@testable import Engine

@Suite("Deleting users")
struct UserDeletionTests {
    /// Gives a user one of everything that ends with it.
    private func furnish(_ engine: TestEngine, _ user: String) async throws {
        let own: JSONObject = ["user": .string(user)]
        let later = JSON.string(engine.clock.wallClock.now.adding(seconds: 60).text)
        let rows: [(TableLayout, JSONObject)] = [
            (IdentityTables.sessions, ["secret": "x", "expire": later]), (IdentityTables.tokens, ["expire": later]),
            (IdentityTables.identities, ["provider": "github", "providerUid": .string(user)]),
            (IdentityTables.authenticators, ["type": "totp"]), (IdentityTables.challenges, ["expire": later]),
            (IdentityTables.presences, ["expiresAt": later]), (IdentityTables.outbox, ["expire": later]),
            (IdentityTables.memberships, ["team": "t1", "confirm": true, "roles": ["owner"]]),
            (IdentityTables.memberships, ["team": "t2", "confirm": false, "roles": ["owner"]]),
        ]
        for (index, (layout, fields)) in rows.enumerated() {
            try await engine.add("\(user)\(index)", JSONObject(own.members + fields.members), to: layout)
        }
    }

    @Test(arguments: Backend.available)
    func whatBelongsToAUserGoesWithIt(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            for team in ["t1", "t2"] {
                try await engine.add(team, ["name": .string(team), "total": 5], to: IdentityTables.teams)
            }
            for user in ["ann", "bob"] {
                try await engine.makeUser(user, email: "\(user)@example.org")
                try await furnish(engine, user)
            }
            let ann = try await engine.call("users.get", ["userId": "ann"])
            #expect(try await engine.call("users.delete", ["userId": "ann"]) == [:])
            #expect(
                try await engine.refusal("users.get", ["userId": "ann"]) == Refusal("user_not_found", 404, "userId")
            )
            #expect(try await engine.call("users.list")["users"]?.each("$id") == ["bob"])
            for (index, layout) in [
                IdentityTables.sessions, IdentityTables.tokens, IdentityTables.identities,
                IdentityTables.authenticators, IdentityTables.challenges, IdentityTables.presences,
                IdentityTables.outbox,
            ].enumerated() {
                #expect(try await engine.ids(in: layout) == ["bob\(index)"], "\(layout.tableID)")
            }
            #expect(try await engine.ids(in: IdentityTables.memberships) == ["bob7", "bob8"])
            #expect(try await engine.ids(in: IdentityTables.targets).count == 1)
            let totals = try await engine.store.read { session in
                try session.rows(RowQuery(limit: 10), in: IdentityTables.teams).map {
                    Record($0, IdentityTables.teams)["total"]
                }
            }
            #expect(totals == [4, 5])
            let event = try #require(try await engine.events().last)
            #expect(event.name == "users.ann.delete")
            #expect(try JSON(parsing: event.payload) == ann.without("password", "hash", "hashOptions"))
            // Its addresses are free again.
            try await engine.makeUser("carl", email: "ann@example.org")
        }
    }

    @Test(arguments: Backend.available)
    func whatWouldGoIsConfirmedFirst(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeUser("ann", email: "ann@example.org")
            try await furnish(engine, "ann")
            let answer = try await engine.answer("users.delete", ["userId": "ann"]) {
                $0.confirmation = .needed(token: nil)
            }
            #expect(
                answer["confirm"]?["would"] == [
                    [
                        "operation": "users.delete",
                        "counts": [
                            "memberships": 2, "sessions": 1, "tokens": 1, "targets": 1, "identities": 1,
                            "authenticators": 1, "challenges": 1, "presences": 1, "outbox": 1, "users": 1,
                        ],
                    ]
                ]
            )
            #expect(try await engine.call("users.get", ["userId": "ann"])["$id"] == "ann")
        }
    }

    @Test(arguments: Backend.available)
    func aRehearsalTellsWhatWouldBeWritten(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let answer = try await engine.answer("users.create", ["userId": "ann", "email": "ann@example.org"]) {
                $0.isDryRun = true
            }
            #expect(answer["result"]?["$id"] == "ann")
            #expect(answer["events"] == ["users.ann.create"])
            #expect(
                answer["effects"] == [
                    ["kind": "row", "action": "create", "target": "users", "count": 1],
                    ["kind": "row", "action": "create", "target": "targets", "count": 1],
                ]
            )
            #expect(try await engine.call("users.list")["total"] == 0)
        }
    }
}
