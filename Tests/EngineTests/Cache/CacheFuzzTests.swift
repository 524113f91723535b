import TestSupport
import Testing
import Values

@testable import Engine

/// Random tables, rows, rights, queries, writes and ttls, over two engines as two processes have them.
///
/// After each change every list is read without the cache by every actor, and so it is known what such a read answered at
/// any moment. Each cached answer must be one of those, from a moment within its ttl; a strict one must be the last.
@Suite("Cached lists never answer what was not readable within their ttl")
struct CacheFuzzTests {
    @Test(arguments: Backend.available, [11, 12, 13] as [UInt64])
    func random(_ backend: Backend, _ seed: UInt64) async throws {
        try await withEngine(backend) { one in
            let two = TestEngine(backend, one.folder, clock: one.clock)
            var run = Run(one, two, SplitMix64(seed: seed))
            do { try await run.run(changes: backend == .sqlite ? 60 : 30) } catch {
                await two.engine.close()
                throw error
            }
            await two.engine.close()
            #expect(run.hits > 100, "the cache was hardly used: \(run.hits) hits, \(run.misses) misses")
        }
    }

    private struct Question: Hashable {
        var actor: Actor
        var query: Int
    }

    /// What all questions were answered from a moment until another.
    private struct Epoch {
        var from: Int64
        var until: Int64
        var answers: [Question: String]
    }

    private struct Run {
        let engines: [TestEngine]
        var random: SplitMix64
        var history: [Epoch] = []
        var hits = 0
        var misses = 0
        private var nextRow = 0
        /// For each engine, when the other one changed the table last.
        private var changedElsewhere: [Int64] = [0, 0]

        init(_ one: TestEngine, _ two: TestEngine, _ random: SplitMix64) {
            engines = [one, two]
            self.random = random
        }

        static let actors: [Actor] = [.key, .guest, .user("a"), .user("b")]
        static let queries: [[JSON]] = [
            [], [query("greaterThan", "n", 4)], [query("orderDesc", "n"), query("limit", nil, 3)],
            [query("select", nil, "n"), query("isNotNull", "n")],
        ]
        static let permissions: [String] = [
            "read(\"any\")", "read(\"guests\")", "read(\"users\")", "read(\"user:a\")", "read(\"user:b\")",
        ]

        var now: Int64 { engines[0].clock.wallClock.now.milliseconds }

        mutating func run(changes: Int) async throws {
            try await engines[0].makeTable([["key": "n", "type": "integer"]], rowSecurity: true)
            try await record()
            for _ in 0..<changes {
                for _ in 0..<Int.random(in: 10...30, using: &random) { try await ask() }
                if Bool.random(using: &random) { engines[0].clock.advance(milliseconds: step()) }
                try await change()
                try await record()
            }
        }

        private mutating func step() -> Int64 { [0, 1, 300, 999, 1000, 1500, 4000].randomElement(using: &random)! }

        /// Asks every question without the cache.
        private mutating func record() async throws {
            var answers: [Question: String] = [:]
            for actor in Self.actors {
                for query in Self.queries.indices {
                    let question = Question(actor: actor, query: query)
                    answers[question] = try await answer(question, [:], engines[0]).text
                }
            }
            if !history.isEmpty { history[history.count - 1].until = now }
            history.append(Epoch(from: now, until: .max, answers: answers))
        }

        private func answer(_ question: Question, _ more: JSONObject, _ engine: TestEngine) async throws -> (
            text: String, cache: CacheOutcome?
        ) {
            var arguments: JSONObject = ["databaseId": "d", "tableId": "t"]
            arguments["queries"] = .array(Self.queries[question.query])
            for (key, value) in more.members { arguments[key] = value }
            try await engine.makeUser(of: question.actor)
            do {
                let invocation = Invocation("tablesDB.listRows", arguments, as: question.actor)
                let response = try await engine.engine.execute(invocation)
                return (String(decoding: response.encoded, as: UTF8.self), response.cache)
            } catch {
                return ("refused: \(error.code.type)", nil)
            }
        }

        private mutating func ask() async throws {
            if Int.random(in: 0..<4, using: &random) == 0 { engines[0].clock.advance(milliseconds: step()) }
            let ttl = Int64.random(in: 1...20, using: &random)
            let isStrict = Int.random(in: 0..<4, using: &random) == 0
            let asked = Int.random(in: 0..<2, using: &random)
            let question = Question(
                actor: Self.actors.randomElement(using: &random)!,
                query: Self.queries.indices.randomElement(using: &random)!
            )
            let more: JSONObject = ["ttl": .int(ttl), "freshness": isStrict ? "strict" : "ttl"]
            let (text, cache) = try await answer(question, more, engines[asked])
            if cache == .hit { hits += 1 } else { misses += 1 }
            // What is refused comes from the operation itself.
            let earliest = text.hasPrefix("refused") ? now : now - ttl * 1000 + 1
            let allowed = history.filter { epoch in
                isStrict ? epoch.until == .max : max(epoch.from, earliest) <= min(epoch.until, now)
            }
            #expect(
                allowed.contains { $0.answers[question] == text },
                "\(question), ttl \(ttl), strict \(isStrict), \(cache?.rawValue ?? "-"): \(text)"
            )
            // Rights of the table: what this process changed holds at once, what another one changed after a second.
            let isRefused = history.last!.answers[question]!.hasPrefix("refused")
            if now - changedElsewhere[asked] >= SchemaCache.unnoticed {
                #expect(text.hasPrefix("refused") == isRefused, "\(question): \(text)")
            }
        }

        private mutating func change() async throws {
            let changing = Int.random(in: 0..<2, using: &random)
            let engine = engines[changing]
            let chosen = Self.permissions.filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
            let row = "r\(Int.random(in: 0...max(0, nextRow), using: &random))"
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<4:
                let value = Int64.random(in: 0..<10, using: &random)
                let data: JSON = Int.random(in: 0..<5, using: &random) == 0 ? [:] : ["n": .int(value)]
                try await engine.on(
                    "createRow",
                    ["rowId": .string("r\(nextRow)"), "data": data, "permissions": JSON(chosen)]
                )
                nextRow += 1
            case 4..<6:
                let data: JSON = ["n": .int(Int64.random(in: 0..<10, using: &random))]
                _ = try? await engine.on("updateRow", ["rowId": .string(row), "data": data])
            case 6: _ = try? await engine.on("updateRow", ["rowId": .string(row), "permissions": JSON(chosen)])
            case 7: _ = try? await engine.on("deleteRow", ["rowId": .string(row)])
            default:
                try await engine.on(
                    "updateTable",
                    [
                        "permissions": JSON(chosen), "rowSecurity": .bool(Bool.random(using: &random)),
                        "enabled": .bool(Int.random(in: 0..<4, using: &random) > 0),
                        "purge": .bool(Int.random(in: 0..<4, using: &random) == 0),
                    ]
                )
                changedElsewhere[1 - changing] = now
            }
        }
    }
}
