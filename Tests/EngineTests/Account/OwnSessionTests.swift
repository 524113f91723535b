import Testing
import Values

@testable import Engine

@Suite("The user's own sessions")
struct OwnSessionTests {
    private func id(_ actor: Actor) -> String {
        if case .session(_, let id) = actor { id } else { "" }
    }

    @Test(arguments: Backend.available)
    func areListedReadAndEnded(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.signUp("ann")
            let (here, there) = (try await engine.signIn("ann"), try await engine.signIn("ann"))
            let list = try await engine.call("account.listSessions", as: here)
            #expect(list["total"] == 2)
            #expect(list["sessions"]?.each("$id") == [.string(id(here)), .string(id(there))])
            #expect(list["sessions"]?.each("current") == [true, false])
            #expect(list["sessions"]?.each("secret") == ["", ""])
            let other = try await engine.call("account.getSession", ["sessionId": .string(id(there))], as: here)
            #expect(other["current"] == false)
            try await engine.call("account.deleteSession", ["sessionId": .string(id(there))], as: here)
            #expect(try await engine.refusal("account.get", as: there) == Refusal("user_unauthorized", 401, "as"))
            try await engine.call("account.deleteSession", ["sessionId": "current"], as: here)
            #expect(try await engine.refusal("account.get", as: here) == Refusal("user_unauthorized", 401, "as"))
            let ended = try await engine.eventNames().suffix(2)
            #expect(
                Array(ended) == ["users.ann.sessions.\(id(there)).delete", "users.ann.sessions.\(id(here)).delete"]
            )
        }
    }

    @Test(arguments: Backend.available)
    func allEndAtOnce(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.signUp("ann")
            let (here, there) = (try await engine.signIn("ann"), try await engine.signIn("ann"))
            try await engine.call("account.deleteSessions", as: here)
            for actor in [here, there] {
                #expect(try await engine.refusal("account.get", as: actor) == Refusal("user_unauthorized", 401, "as"))
            }
            let ended = try await engine.eventNames().suffix(2)
            #expect(
                Array(ended) == ["users.ann.sessions.\(id(here)).delete", "users.ann.sessions.\(id(there)).delete"]
            )
        }
    }

    @Test(arguments: Backend.available)
    func areCountedBeforeAllEnd(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.signUp("ann")
            let (here, there) = (try await engine.signIn("ann"), try await engine.signIn("ann"))
            var request = ExecutionRequest(Invocation("account.deleteSessions", as: here))
            request.confirmation = .needed(token: nil)
            let asked = try JSON(parsing: try await engine.engine.answer(request).encoded)["confirm"]
            #expect(asked?["would"] == [["operation": "account.deleteSessions", "counts": ["sessions": 2]]])
            #expect(try await engine.call("account.get", as: there)["$id"] == "ann")
            request.confirmation = .needed(token: asked?["token"]?.string)
            let done = try JSON(parsing: try await engine.engine.answer(request).encoded)
            #expect(done == ["result": [:]])
            #expect(try await engine.refusal("account.get", as: there) == Refusal("user_unauthorized", 401, "as"))
        }
    }

    @Test(arguments: Backend.available)
    func lastLongerOnceExtended(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.call("project.updateSessionDurationPolicy", ["duration": 3600])
            try await engine.signUp("ann")
            let ann = try await engine.signIn("ann")
            engine.clock.advance(milliseconds: 1_800_000)
            let renewed = try await engine.call("account.updateSession", ["sessionId": "current"], as: ann)
            #expect(renewed["expire"] == "2026-11-22T09:30:00.000+00:00")
            #expect(try await engine.eventNames().last == "users.ann.sessions.\(id(ann)).update")
            engine.clock.advance(milliseconds: 3_500_000)
            #expect(try await engine.call("account.get", as: ann)["$id"] == "ann")
            engine.clock.advance(milliseconds: 100_000)
            #expect(try await engine.refusal("account.get", as: ann) == Refusal("user_unauthorized", 401, "as"))
        }
    }

    @Test(arguments: Backend.available)
    func ofOthersAreUnknown(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.signUp("ann")
            try await engine.signUp("bob")
            let (ann, bob) = (try await engine.signIn("ann"), try await engine.signIn("bob"))
            let unknown = Refusal("user_session_not_found", 404, "sessionId")
            for operation in ["account.getSession", "account.updateSession", "account.deleteSession"] {
                for session in [id(bob), "none"] {
                    #expect(try await engine.refusal(operation, ["sessionId": .string(session)], as: ann) == unknown)
                }
                #expect(try await engine.refusal(operation, ["sessionId": "current"], as: .user("ann")) == unknown)
            }
            #expect(try await engine.call("account.listSessions", as: bob)["total"] == 1)
        }
    }

    @Test(arguments: Backend.available)
    func areNoMoreThanThePolicyAllows(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.call("project.updateSessionLimitPolicy", ["total": 2])
            try await engine.signUp("ann")
            let first = try await engine.signIn("ann")
            _ = try await engine.signIn("ann")
            let last = try await engine.signIn("ann")
            #expect(
                try await engine.eventNames().suffix(2)
                    == ["users.ann.sessions.\(id(first)).delete", "users.ann.sessions.\(id(last)).create"]
            )
            #expect(try await engine.call("account.listSessions", as: last)["total"] == 2)
            #expect(try await engine.refusal("account.get", as: first) == Refusal("user_unauthorized", 401, "as"))
        }
    }
}
