import Testing
import Values

@testable import Engine

@Suite("Who hears of projects that are made, changed and deleted")
struct ProjectNewsTests {
    /// The events that somebody hears on some channels, after a cursor.
    private func heard(
        _ engine: TestEngine,
        by actor: Actor,
        _ channels: [String],
        after cursor: JSON
    ) async throws -> [String] {
        let answer = try await engine.call(
            "realtime.wait",
            ["channels": JSON(channels), "cursor": cursor, "timeout": 0],
            as: actor
        )
        return answer["events"]?.each("event").compactMap(\.string) ?? []
    }

    private static let roles = [
        "olga": ("red", "owner"), "dora": ("red", "developer"), "ed": ("red", "editor"), "ana": ("red", "analyst"),
        "bo": ("blue", "owner"),
    ]

    @Test("those to whom nothing in them is closed do, and nobody else", arguments: Backend.available)
    func tellsTheOrganisation(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            for team in ["red", "blue"] {
                try await engine.call("teams.create", ["teamId": .string(team), "name": "T"])
            }
            for (user, (team, role)) in Self.roles {
                try await engine.call("users.create", ["userId": .string(user)])
                let membership: JSONObject = [
                    "teamId": .string(team), "userId": .string(user), "roles": [.string(role)],
                ]
                try await engine.call("teams.createMembership", membership)
            }
            let now = try await engine.call("realtime.wait", ["channels": ["console"], "timeout": 0])
            let start = now["cursor"] ?? .null
            try await engine.call("projects.create", ["projectId": "house", "name": "House", "teamId": "red"])
            try await engine.call("projects.update", ["projectId": "house", "name": "Home"])
            try await engine.call("projects.delete", ["projectId": "house"])
            let all = ["create", "update", "delete"].map { "projects.house.\($0)" }
            for user in Self.roles.keys {
                for channels in [["console"], ["projects.house"], ["projects.other"]] {
                    let found = try await heard(engine, by: .user(user), channels, after: start)
                    let isTold = ["olga", "dora"].contains(user) && channels != ["projects.other"]
                    #expect(found == (isTold ? all : []), "\(user), \(channels)")
                }
            }
            #expect(try await heard(engine, by: .guest, ["console", "projects.house"], after: start) == [])
            #expect(try await heard(engine, by: .key, ["projects.house"], after: start) == all)
        }
    }

    @Test("what is set in a project is for its owner only")
    func settingsAreClosed() {
        let path = EventPath("projects.[projectId].labels.update", ["house"])
        #expect(path.audience(["teamId": "red"], nil) == [])
        #expect(path.channels(project: "house") == ["console", "projects.house"])
    }
}
