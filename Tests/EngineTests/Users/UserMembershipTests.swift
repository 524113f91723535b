import Testing
import Values

@testable import Engine

@Suite("Memberships of users")
struct UserMembershipTests {
    @Test(arguments: Backend.available)
    func theTeamsOfAUserAreListedWithItsRoles(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeUser("ann", email: "ann@example.org", name: "Ann")
            try await engine.makeUser("bob", email: "bob@example.org")
            for (team, roles) in [("red", ["owner", "editor"]), ("blue", ["viewer"])] {
                try await engine.call("teams.create", ["teamId": .string(team), "name": .string(team.uppercased())])
                try await engine.call(
                    "teams.createMembership",
                    ["teamId": .string(team), "userId": "ann", "roles": JSON(roles)]
                )
            }
            try await engine.call("teams.createMembership", ["teamId": "red", "userId": "bob", "roles": []])
            let all = try await engine.call("users.listMemberships", ["userId": "ann"])
            #expect(all["total"] == 2)
            let red = try #require(all["memberships"]?.array?.first)
            #expect(
                red.without("$id") == [
                    "$createdAt": "2026-11-22T08:00:00.000+00:00", "$updatedAt": "2026-11-22T08:00:00.000+00:00",
                    "userId": "ann", "userName": "Ann", "userEmail": "ann@example.org", "userPhone": "",
                    "teamId": "red", "teamName": "RED", "invited": "2026-11-22T08:00:00.000+00:00",
                    "joined": "2026-11-22T08:00:00.000+00:00", "confirm": true, "mfa": false,
                    "userAccessedAt": "2026-11-22T08:00:00.000+00:00", "roles": ["owner", "editor"],
                ]
            )
            let cases: [(JSONObject, [JSON])] = [
                (["queries": [query("equal", "teamId", "blue")]], ["blue"]),
                (["queries": [query("contains", "roles", "editor")]], ["red"]),
                (["queries": [query("equal", "confirm", false)]], []),
                (["queries": [query("orderDesc", "$sequence")]], ["blue", "red"]),
            ]
            for (more, teams) in cases {
                let user: JSONObject = ["userId": "ann"]
                let answer = try await engine.call("users.listMemberships", JSONObject(user.members + more.members))
                #expect(answer["memberships"]?.each("teamId") == teams)
            }
            try await engine.call("users.delete", ["userId": "ann"])
            #expect(try await engine.call("teams.get", ["teamId": "red"])["total"] == 1)
            #expect(try await engine.call("teams.get", ["teamId": "blue"])["total"] == 0)
        }
    }
}
