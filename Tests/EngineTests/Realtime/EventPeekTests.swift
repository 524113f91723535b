import Testing
import Values

@testable import Engine

@Suite("Looking whether there are events", .timeLimit(.minutes(2)))
struct EventPeekTests {
    private func prepare(_ engine: TestEngine) async throws {
        try await engine.call("tablesDB.create", ["databaseId": "d", "name": "D"])
        try await engine.on("createTable", ["name": "T", "permissions": [], "rowSecurity": true])
    }

    private func add(_ id: String, readableBy role: String = "any", _ engine: TestEngine) async throws {
        try await engine.on(
            "createRow",
            ["rowId": .string(id), "data": [:], "permissions": [.string("read(\"\(role)\")")]]
        )
    }

    private func peek(_ engine: TestEngine, _ arguments: JSONObject, as actor: Actor? = nil) async throws -> EventPeek {
        var invocation = Invocation("realtime.wait", arguments)
        invocation.credential = actor.map { .actor($0) }
        return try await engine.engine.peek(invocation)
    }

    @Test("What is looked at counts as not told", arguments: Backend.available)
    func consumesNothing(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine)
            let id = try await engine.call("realtime.subscribe", ["channels": ["rows"]])["subscriptionId"]!
            #expect(try await peek(engine, ["subscriptionId": id]).hasNews == false)
            try await add("one", engine)
            for _ in 0..<2 { #expect(try await peek(engine, ["subscriptionId": id]) == EventPeek(hasNews: true)) }
            let told = try await engine.call("realtime.wait", ["subscriptionId": id, "timeout": 0])
            #expect(told["events"]?.array?.count == 1)
            #expect(try await peek(engine, ["subscriptionId": id]).hasNews == false)
        }
    }

    @Test("The cursor says up to where there is nothing", arguments: Backend.available)
    func movesOn(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine)
            let channels: JSONObject = ["channels": ["rows"]]
            let now = try #require(try await peek(engine, channels).cursor)
            try await engine.on("updateTable", ["name": "U", "permissions": [], "rowSecurity": true])
            let later = try #require(try await peek(engine, ["channels": ["rows"], "cursor": .string(now)]).cursor)
            #expect(later != now)
            try await add("one", engine)
            for cursor in [now, later] {
                #expect(try await peek(engine, ["channels": ["rows"], "cursor": .string(cursor)]).hasNews)
            }
            #expect(try await peek(engine, channels).hasNews == false)
        }
    }

    @Test("A log in which nothing has happened has a cursor too", arguments: Backend.available)
    func beginsAtTheBeginning(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            var places = [try #require(try await peek(engine, ["channels": ["rows"]]).cursor)]
            let made = try await engine.call("realtime.subscribe", ["channels": ["rows"]])
            places.append(try #require(made["cursor"]?.string))
            let waited = try await engine.call("realtime.wait", ["channels": ["rows"], "timeout": 0])
            places.append(try #require(waited["cursor"]?.string))
            try await prepare(engine)
            try await add("one", engine)
            for place in places {
                let arguments: JSONObject = ["channels": ["rows"], "cursor": .string(place), "timeout": 0]
                #expect(try await peek(engine, arguments).hasNews)
                #expect(try await engine.call("realtime.wait", arguments)["events"]?.array?.count == 1)
            }
            #expect(try await peek(engine, ["subscriptionId": made["subscriptionId"]!]).hasNews)
        }
    }

    @Test("There is only what the subscriber may read", arguments: Backend.available)
    func hasRights(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine)
            let (ann, bob) = (Actor.user("ann"), Actor.user("bob"))
            let id = try await engine.call("realtime.subscribe", ["channels": ["rows"]], as: ann)["subscriptionId"]!
            try await add("his", readableBy: "user:bob", engine)
            #expect(try await peek(engine, ["subscriptionId": id], as: ann).hasNews == false)
            try await add("hers", readableBy: "user:ann", engine)
            #expect(try await peek(engine, ["subscriptionId": id], as: ann).hasNews)
            for other in [bob, nil] {
                await #expect(throws: AppError.self) { try await peek(engine, ["subscriptionId": id], as: other) }
            }
        }
    }

    @Test("The subscriptions of the process's actor are its own only", arguments: Backend.available)
    func listsOwn(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.call("realtime.subscribe", ["channels": ["rows"]], as: .user("ann"))
            let mine = try await engine.call("realtime.subscribe", ["channels": ["rows"]])["subscriptionId"]!
            let listed = try await engine.engine.ownSubscriptions()
            #expect(listed.map { $0["subscriptionId"] } == [mine])
        }
    }
}
