import TestSupport
import Testing
import Values

@testable import Engine

@Suite("Who sees and changes which presences and teams")
struct PeopleAccessTests {
    @Test(arguments: Backend.available, [1, 2] as [UInt64])
    func isDecidedAsTheOracleDoes(_ backend: Backend, _ seed: UInt64) async throws {
        try await withEngine(backend) { engine in
            var random = SplitMix64(seed: seed)
            for team in ["s", "t"] { try await engine.call("teams.create", ["teamId": .string(team), "name": "T"]) }
            for round in 0..<8 {
                let trial = Trial(engine: engine, label: "seed \(seed), round \(round)", &random)
                try await trial.run()
            }
        }
    }

    /// Two random people with random presences.
    private struct Trial {
        struct Kept {
            var id: String
            var owner: AccessOracle.Actor
            var permissions: Set<String>
        }

        let engine: TestEngine
        let label: String
        /// Presences are as rows of a table that grants nothing itself.
        let oracle: AccessOracle
        let presences: [Kept]

        init(engine: TestEngine, label: String, _ random: inout SplitMix64) {
            self.engine = engine
            self.label = label
            oracle = AccessOracle(
                table: [],
                rowSecurity: true,
                people: [.userA: .random("a", &random), .userB: .random("b", &random)]
            )
            presences = (0..<4).map { index in
                Kept(
                    id: "p\(index)",
                    owner: random.pick([.userA, .userB]),
                    permissions: AccessOracle.permissions(["read", "update", "delete"], &random)
                )
            }
        }

        private func allows(_ action: String, _ presence: Kept, _ actor: AccessOracle.Actor) -> Bool {
            actor == presence.owner || oracle.allows(action, presence.permissions, actor)
        }

        func run() async throws {
            for person in oracle.people.values { try await engine.establish(person) }
            for presence in presences {
                let arguments: JSONObject = [
                    "presenceId": .string(presence.id), "status": "here",
                    "userId": .string(oracle.people[presence.owner]!.id),
                    "permissions": JSON(presence.permissions.sorted()),
                ]
                try await engine.call("presences.upsert", arguments)
            }
            for actor in [AccessOracle.Actor.key, .userA, .userB] {
                try await checkPresences(actor)
                try await checkTeams(actor)
            }
            for presence in presences {
                try await engine.call("presences.delete", ["presenceId": .string(presence.id)])
            }
        }

        private func checkPresences(_ actor: AccessOracle.Actor) async throws {
            let visible = presences.filter { allows("read", $0, actor) }.map(\.id)
            let listed = try await rehearse("presences.list", [:], actor)
            #expect(listed.answer?["presences"]?.each("$id") == visible.map { .string($0) }, "\(label), \(actor)")
            for presence in presences {
                let id: JSONObject = ["presenceId": .string(presence.id)]
                let isSeen = visible.contains(presence.id)
                for action in ["read", "update", "delete"] {
                    let found = try await rehearse("presences." + (action == "read" ? "get" : action), id, actor)
                    let expected = isSeen ? allows(action, presence, actor) ? nil : 401 : 404
                    #expect(found.status == expected, "\(label), \(actor) \(action) \(presence)")
                }
            }
        }

        private func checkTeams(_ actor: AccessOracle.Actor) async throws {
            let isKey = actor == .key
            let roles = oracle.roles(actor)
            let mine = ["s", "t"].filter { isKey || roles.contains("team:\($0)") }
            let listed = try await rehearse("teams.list", [:], actor)
            #expect(listed.answer?["teams"]?.each("$id") == mine.map { .string($0) }, "\(label), \(actor)")
            for team in ["s", "t"] {
                let id: JSONObject = ["teamId": .string(team), "name": "U"]
                let seen = mine.contains(team) ? nil : 404
                for operation in ["teams.get", "teams.listMemberships"] {
                    let status = try await rehearse(operation, ["teamId": .string(team)], actor).status
                    #expect(status == seen, "\(label), \(actor) \(operation) \(team)")
                }
                let isOwner = isKey || roles.contains("team:\(team)/owner")
                let status = try await rehearse("teams.updateName", id, actor).status
                #expect(status == (isOwner ? nil : seen ?? 401), "\(label), \(actor) renames \(team)")
            }
        }

        /// What a call comes to; the status is nil where it is allowed.
        private func rehearse(_ operation: String, _ arguments: JSONObject, _ actor: AccessOracle.Actor) async throws
            -> (answer: JSON?, status: Int?)
        {
            // The users are what the trial made of them.
            let acting = oracle.people[actor].map { Actor.user($0.id) } ?? .key
            var request = ExecutionRequest(Invocation(operation, arguments, as: acting))
            request.isDryRun = true
            do throws(AppError) {
                return (try await engine.engine.answer(request).result, nil)
            } catch { return (nil, error.code.status) }
        }
    }
}
