import Testing
import Values

@testable import Engine

@Suite("What is written is told to those who may read it")
struct RealtimeEventTests {
    /// The events of the log as the hub gets them, with the rights of the table `t`.
    private func told(_ engine: TestEngine, _ rights: ContainerRights?) async throws -> [RealtimeEvent] {
        let facts = RealtimeEvent.Facts(
            project: "default",
            rights: { $0 == .table(database: "d", id: "t") ? rights : nil },
            isLegacy: { _ in false }
        )
        return try await engine.events().flatMap(\.single).map { try RealtimeEvent($0, facts) }
    }

    @Test(arguments: Backend.available)
    func rowsOfATableWithRowSecurity(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable(
                [["key": "n", "type": "integer"]],
                permissions: ["create(\"users\")"],
                rowSecurity: true
            )
            try await engine.on("createRow", ["rowId": "r", "data": ["n": 1]], as: .user("ann"))
            try await engine.on("updateRow", ["rowId": "r", "data": ["n": 2]], as: .user("ann"))
            try await engine.on("deleteRow", ["rowId": "r"], as: .user("ann"))
            try await engine.on("createRows", ["rows": [["$id": "x", "n": 1], ["$id": "y", "n": 2]]])
            try await engine.on("deleteRows", ["queries": [query("equal", "n", 2)]])
            let rights = ContainerRights(permissions: ["create(\"users\")"], hasItemSecurity: true)
            let events = try await told(engine, rights).dropFirst(2)
            #expect(
                events.map(\.names.path.name) == [
                    "databases.d.tables.t.rows.r.create", "databases.d.tables.t.rows.r.update",
                    "databases.d.tables.t.rows.r.delete", "databases.d.tables.t.rows.x.create",
                    "databases.d.tables.t.rows.y.create", "databases.d.tables.t.rows.y.delete",
                ]
            )
            #expect(events.map(\.roles) == [["user:ann"], ["user:ann"], ["user:ann"], [], [], []])
            #expect(events.map { $0.payload["n"]?.int } == [1, 2, 2, 1, 2, 2])
            #expect(events.allSatisfy { $0.channels.count == 16 })
            #expect(try await told(engine, nil).allSatisfy { $0.roles.isEmpty })
        }
    }

    @Test(arguments: Backend.available)
    func rowsThatAreDeletedAlongWithAnother(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary()
            try await engine.relate("authors", "oneToMany", "books", "books", onDelete: "cascade")
            try await engine.make("authors", "a", ["books": [["$id": "b"]]])
            try await engine.remove("authors", "a")
            let deleted = try await engine.events().filter { $0.event.hasSuffix("rows.[rowId].delete") }
            #expect(deleted.map(\.ids.last) == ["b", "a"] || deleted.map(\.ids.last) == ["a", "b"])
            for record in deleted {
                #expect(try JSON(parsing: record.payload)["$id"]?.string == record.ids.last)
            }
        }
    }

    @Test(arguments: Backend.available)
    func teamsAccountsAndPresences(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.call("users.create", ["userId": "ann"])
            try await engine.call("users.updateLabels", ["userId": "ann", "labels": ["vip"]])
            try await engine.call("teams.create", ["teamId": "red", "name": "Red"])
            let member: JSONObject = ["teamId": "red", "userId": "ann", "roles": ["owner"]]
            let membership = try await engine.call("teams.createMembership", member)["$id"]?.string ?? ""
            let presence: JSONObject = [
                "presenceId": "p", "userId": "ann", "status": "online", "permissions": ["read(\"team:red\")"],
            ]
            try await engine.call("presences.upsert", presence)
            try await engine.call("presences.delete", ["presenceId": "p"])
            try await engine.call("teams.deleteMembership", ["teamId": "red", "membershipId": .string(membership)])
            let events = try await told(engine, nil)
            #expect(
                events.map { "\($0.channels[1]) \($0.roles.joined(separator: ","))" } == [
                    "account.ann user:ann", "account.ann user:ann", "teams.red team:red",
                    "memberships.\(membership) team:red", "presences.p team:red,user:ann",
                    "presences.p team:red,user:ann", "memberships.\(membership) team:red",
                ]
            )
            #expect(
                try await engine.events().map(\.rightsChange) == [
                    .user("ann"), .user("ann"), .none, .user("ann"), .none, .none, .team("red"),
                ]
            )
        }
    }
}
