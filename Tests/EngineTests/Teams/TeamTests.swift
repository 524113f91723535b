import Storage
import Testing
import Values

@testable import Engine

@Suite("Teams")
struct TeamTests {
    private static let now: JSON = "2026-11-22T08:00:00.000+00:00"

    @Test(arguments: Backend.available)
    func aKeyMakesATeamWithoutMembers(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let expected: JSON = [
                "$id": "red", "$createdAt": Self.now, "$updatedAt": Self.now, "name": "Red", "total": 0, "prefs": [:],
            ]
            #expect(try await engine.call("teams.create", ["teamId": "red", "name": "Red"]) == expected)
            #expect(try await engine.call("teams.get", ["teamId": "red"]) == expected)
            let members = try await engine.call("teams.listMemberships", ["teamId": "red"])
            #expect(members == ["total": 0, "memberships": []])
        }
    }

    @Test(arguments: Backend.available)
    func aUserWhoMakesATeamOwnsIt(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let team = try await engine.call(
                "teams.create",
                ["teamId": "unique()", "name": "Blue", "roles": ["coach"]],
                as: .user("ann")
            )
            #expect(team["total"] == 1)
            let id = try #require(team["$id"])
            #expect(id.string?.count == 20)
            let members = try await engine.call("teams.listMemberships", ["teamId": id], as: .user("ann"))
            #expect(members["memberships"]?.each("roles") == [["coach", "owner"]])
            #expect(members["memberships"]?.each("confirm") == [true])
            #expect(members["memberships"]?.each("joined") == [Self.now])
        }
    }

    @Test(arguments: Backend.available)
    func anIdIsTakenOnce(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.call("teams.create", ["teamId": "red", "name": "Red"])
            let refusal = try await engine.refusal(
                "teams.create",
                ["teamId": "red", "name": "Again"],
                as: .user("ann")
            )
            #expect(refusal == Refusal("team_already_exists", 409, "teamId"))
            #expect(try await engine.call("teams.list", as: .user("ann")) == ["total": 0, "teams": []])
        }
    }

    @Test(arguments: Backend.available)
    func argumentsAreChecked(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let cases: [(JSONObject, String)] = [
                (["teamId": "a b", "name": "A"], "teamId"), (["teamId": "a", "name": ""], "name"),
                (["teamId": "a", "name": .string(String(repeating: "n", count: 129))], "name"),
                (["teamId": "a", "name": "A", "roles": ["no spaces"]], "roles[0]"),
                (["teamId": "a", "name": "A", "roles": .array(Array(repeating: "r", count: 101))], "roles"),
            ]
            for (arguments, argument) in cases {
                let refusal = try await engine.refusal("teams.create", arguments)
                #expect(refusal == Refusal("general_argument_invalid", 400, argument))
            }
        }
    }

    @Test(arguments: Backend.available)
    func onlyMembersSeeATeam(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.call("teams.create", ["teamId": "red", "name": "Red"], as: .user("ann"))
            try await engine.call("teams.create", ["teamId": "blue", "name": "Blue"], as: .user("ben"))
            let unknown = Refusal("team_not_found", 404, "teamId")
            for operation in ["get", "getPrefs", "listMemberships", "delete"] {
                let refusal = try await engine.refusal("teams." + operation, ["teamId": "red"], as: .user("ben"))
                #expect(refusal == unknown)
            }
            #expect(try await engine.refusal("teams.get", ["teamId": "none"]) == unknown)
            #expect(try await engine.call("teams.list", as: .user("ann"))["teams"]?.each("$id") == ["red"])
            #expect(try await engine.call("teams.list", as: .user("ben"))["teams"]?.each("$id") == ["blue"])
            #expect(try await engine.call("teams.list")["teams"]?.each("$id") == ["red", "blue"])
        }
    }

    @Test(arguments: Backend.available)
    func aListIsFilteredSearchedAndPaged(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            for (id, name) in [("a", "Alpha"), ("b", "Beta"), ("c", "Alphabet")] {
                try await engine.call("teams.create", ["teamId": .string(id), "name": .string(name)])
            }
            func listed(_ arguments: JSONObject) async throws -> [JSON] {
                try await engine.call("teams.list", arguments)["teams"]?.each("$id") ?? []
            }
            #expect(try await listed(["search": "alpha"]) == ["a", "c"])
            #expect(try await listed(["queries": [query("equal", "name", "Beta")]]) == ["b"])
            #expect(try await listed(["queries": [query("orderDesc", "name"), query("limit", nil, 1)]]) == ["b"])
            #expect(try await listed(["queries": [query("cursorAfter", nil, "a")]]) == ["b", "c"])
            #expect(try await listed(["queries": [query("greaterThan", "total", 0)]]) == [])
            let refusal = try await engine.refusal("teams.list", ["queries": [query("equal", "prefs", "x")]])
            #expect(refusal == Refusal("general_query_invalid", 400, "queries"))
        }
    }

    @Test(arguments: Backend.available)
    func ownersChangeATeamAndMembersDoNot(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.call("teams.create", ["teamId": "red", "name": "Red"], as: .user("ann"))
            try await engine.makeUser(of: .user("ben"))
            try await engine.call("teams.createMembership", ["teamId": "red", "userId": "ben", "roles": ["player"]])
            engine.clock.advance(milliseconds: 1000)
            let renamed = try await engine.call(
                "teams.updateName",
                ["teamId": "red", "name": "Dark red"],
                as: .user("ann")
            )
            #expect(renamed["name"] == "Dark red")
            #expect(renamed["$updatedAt"] == "2026-11-22T08:00:01.000+00:00")
            #expect(renamed["total"] == 2)
            #expect(try await engine.call("teams.list", ["search": "dark"])["total"] == 1)
            let prefs: JSON = ["theme": ["colour": "red"]]
            #expect(
                try await engine.call("teams.updatePrefs", ["teamId": "red", "prefs": prefs], as: .user("ann")) == prefs
            )
            #expect(try await engine.call("teams.getPrefs", ["teamId": "red"], as: .user("ben")) == prefs)
            #expect(try await engine.call("teams.get", ["teamId": "red"])["prefs"] == prefs)
            let denied = Refusal("user_unauthorized", 401, "teamId")
            let deeds: [(String, JSONObject)] = [
                ("updateName", ["name": "Mine"]), ("updatePrefs", ["prefs": [:]]), ("delete", [:]),
                ("createMembership", ["userId": "ann", "roles": [], "url": "https://example.com"]),
            ]
            for (operation, arguments) in deeds {
                var arguments = arguments
                arguments["teamId"] = "red"
                #expect(try await engine.refusal("teams." + operation, arguments, as: .user("ben")) == denied)
            }
        }
    }

    @Test(arguments: Backend.available)
    func preferencesHaveALimit(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.call("teams.create", ["teamId": "red", "name": "Red"])
            let large: JSON = ["text": .string(String(repeating: "x", count: 70_000))]
            let refusal = try await engine.refusal("teams.updatePrefs", ["teamId": "red", "prefs": large])
            #expect(refusal == Refusal("general_argument_invalid", 400, "prefs"))
        }
    }

    @Test(arguments: Backend.available)
    func deletingATeamClosesAtOnceWhatWasOpenToIt(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.call("teams.create", ["teamId": "red", "name": "Red"], as: .user("ann"))
            try await engine.makeTable([["key": "a", "type": "integer"]], permissions: ["read(\"team:red\")"])
            #expect(try await engine.on("listRows", as: .user("ann"))["total"] == 0)
            #expect(try await engine.call("teams.delete", ["teamId": "red"], as: .user("ann")) == [:])
            #expect(try await engine.refusalOn("listRows", as: .user("ann")) == Refusal("user_unauthorized", 401))
            #expect(try await engine.call("teams.list") == ["total": 0, "teams": []])
            let left = try await engine.store.read {
                try $0.count(RowQuery(limit: 1), in: IdentityTables.memberships, cap: 9)
            }
            #expect(left == 0)
            try await engine.call("teams.create", ["teamId": "red", "name": "Other"], as: .user("ben"))
            #expect(try await engine.refusalOn("listRows", as: .user("ann")) == Refusal("user_unauthorized", 401))
        }
    }

    @Test(arguments: Backend.available)
    func aDeletionIsConfirmedWithWhatItEnds(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.call("teams.create", ["teamId": "red", "name": "Red"], as: .user("ann"))
            let answer = try await engine.answer("teams.delete", ["teamId": "red"]) {
                $0.confirmation = .needed(token: nil)
            }
            #expect(
                answer["confirm"]?["would"]
                    == [["operation": "teams.delete", "counts": ["memberships": 1, "teams": 1]]]
            )
        }
    }

    @Test(arguments: Backend.available)
    func everyChangeLeavesItsEvent(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let team = try await engine.call("teams.create", ["teamId": "red", "name": "Red"], as: .user("ann"))
            try await engine.call("teams.updateName", ["teamId": "red", "name": "R"])
            try await engine.call("teams.updatePrefs", ["teamId": "red", "prefs": ["a": 1]])
            try await engine.call("teams.delete", ["teamId": "red"])
            let events = try await engine.events()
            #expect(
                events.map(\.name)
                    == ["teams.red.create", "teams.red.update", "teams.red.update.prefs", "teams.red.delete"]
            )
            #expect(events.map(\.actor) == ["user:ann", "key", "key", "key"])
            #expect(try JSON(parsing: events[0].payload) == team)
            #expect(try JSON(parsing: events[2].payload) == ["a": 1])
        }
    }
}
