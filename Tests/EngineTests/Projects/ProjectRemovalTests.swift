import Foundation
import Storage
import Testing
import Values

@testable import Engine

@Suite("The end of a project", .timeLimit(.minutes(5)))
struct ProjectRemovalTests {
    /// A project with a table that holds something.
    private func fill(_ house: Household, _ id: String) async throws {
        let project = try await house.make(id)
        try await project.makeTable([["key": "n", "type": "integer"]])
        try await project.on("createRow", ["rowId": "r", "data": ["n": 7]])
        try await project.call("users.create", ["userId": "ann", "email": "ann@example.org"])
    }

    private func traces(_ house: Household, _ id: String) async throws -> [String] {
        guard house.backend == .sqlite else { return try await house.shelf.projectIDs().filter { $0 == id } }
        let names = try FileManager.default.contentsOfDirectory(atPath: house.folder.path + "/projects")
        return names.filter { $0.hasPrefix(id + ".") }
    }

    @Test(arguments: Backend.available)
    func takesAllDataAndNothingOfOthers(_ backend: Backend) async throws {
        try await withHousehold(backend) { house in
            try await fill(house, "shop")
            try await fill(house, "shop2")
            let console = try await house.console
            try await console.call("projects.delete", ["projectId": "shop"])
            #expect(try await traces(house, "shop") == [])
            #expect(await house.refusal(of: "shop") == Refusal("project_not_found", 404, "projectId"))
            #expect(try await house.listed().sorted() == ["default", "shop2"])
            #expect(try await house.project("shop2").on("getRow", ["rowId": "r"])["n"] == 7)
            #expect(try await house.make("shop").call("users.list")["total"] == 0)
            #expect(try await console.eventNames().contains("projects.shop.delete"))
        }
    }

    @Test(arguments: Backend.available)
    func itsOwnKeysMayEndIt(_ backend: Backend) async throws {
        try await withHousehold(backend) { house in
            try await fill(house, "shop")
            let shop = try await house.project("shop")
            func key(_ scope: JSON) async throws -> Credential {
                let arguments: JSONObject = ["keyId": "unique()", "name": "K", "scopes": [scope]]
                return .key(try await shop.call("project.createKey", arguments)["secret"]?.string ?? "")
            }
            let (reader, writer) = (try await key("project.read"), try await key("project.write"))
            func end(
                _ credential: Credential?,
                as actor: Actor? = nil,
                impersonating user: UserReference? = nil
            ) async -> Refusal? {
                var invocation = Invocation("project.delete", as: actor)
                invocation.credential = credential
                invocation.impersonated = user
                let asked = invocation
                // As a front has it, on the threads of the store that is closed by it.
                return await withTaskExecutorPreference(shop.engine.executor) {
                    do throws(AppError) {
                        _ = try await shop.engine.execute(asked)
                        return nil
                    } catch { return Refusal(error) }
                }
            }
            #expect(await end(reader)?.type == "general_unauthorized_scope")
            #expect(await end(nil, as: .guest)?.status == 401)
            #expect(await end(writer, impersonating: .id("ann")) == Refusal("user_unauthorized", 401))
            #expect(await house.refusal(of: "shop") == nil)
            let steps: [ExecutionRequest.Step] = [
                .init(id: "a", Invocation("project.delete")), .init(id: "b", Invocation("users.list")),
            ]
            await #expect(throws: AppError.self) { try await shop.engine.answer(ExecutionRequest(steps: steps)) }
            var request = ExecutionRequest(Invocation("project.delete"))
            request.confirmation = .needed(token: nil)
            guard case .confirmation(let asked) = try await shop.engine.answer(request).content else {
                Issue.record("it was not asked for")
                return
            }
            #expect(asked["would"] == [["operation": "projects.delete", "counts": ["projects": 1]]])
            #expect(await end(writer) == nil)
            #expect(await house.refusal(of: "shop") == Refusal("project_not_found", 404, "projectId"))
            #expect(try await traces(house, "shop") == [])
            let own = try await house.project("default").refusal("project.delete")
            #expect(own == Refusal("general_bad_request", 400, "projectId"))
            #expect(try await house.console.refusal("project.delete") == Refusal("general_bad_request", 400))
        }
    }

    @Test(arguments: Backend.available)
    func isConfirmedAndCanBeRehearsed(_ backend: Backend) async throws {
        try await withHousehold(backend) { house in
            try await fill(house, "shop")
            let console = try await house.console
            var request = ExecutionRequest(Invocation("projects.delete", ["projectId": "shop"]))
            request.confirmation = .needed(token: nil)
            guard case .confirmation(let asked) = try await console.engine.answer(request).content else {
                Issue.record("it was not asked for")
                return
            }
            #expect(asked["would"] == [["operation": "projects.delete", "counts": ["projects": 1]]])
            var rehearsal = request
            rehearsal.isDryRun = true
            _ = try await console.engine.answer(rehearsal)
            #expect(await house.refusal(of: "shop") == nil)
            request.confirmation = .needed(token: asked["token"]?.string)
            _ = try await console.engine.answer(request)
            #expect(await house.refusal(of: "shop")?.status == 404)
        }
    }

    /// What a process has done when it dies.
    enum Place: CaseIterable { case marked, removed }

    @Test(arguments: Backend.available, Place.allCases)
    func isBroughtToItsEndByAnotherProcess(_ backend: Backend, _ place: Place) async throws {
        try await withHousehold(backend) { house in
            try await fill(house, "shop")
            let (now, job) = (house.clock.wallClock.now, ProjectRemoval.job("shop"))
            try await house.console.store.write { session in
                let change = Record.change(
                    ConsoleTables.projects,
                    at: now,
                    ["status": .string(ProjectRecord.ending)]
                )
                _ = try session.update("shop", change, in: ConsoleTables.projects)
                _ = try JobQueue.add(job, at: now, id: "job", to: session)
            }
            if place == .removed { try await house.projects.remove("shop") }
            await house.projects.close()
            let next = Household(backend, house.folder, own: "other", clock: house.clock, key: house.key)
            #expect(await next.refusal(of: "shop")?.status == 404)
            try await next.console.engine.jobs.drain()
            #expect(try await traces(next, "shop") == [])
            #expect(try await !next.listed().contains("shop"))
            #expect(try await next.make("shop").call("users.list")["total"] == 0)
            await next.projects.close()
        }
    }

    @Test(arguments: ["write.committed", "job.leased", "project.removed"])
    func aKilledProcessLeavesNothing(_ place: String) async throws {
        let folder = try TemporaryFolder()
        let house = Household(.sqlite, folder)
        try await fill(house, "shop")
        await house.projects.close()
        let died = try await Binary.run(["projects.delete", "projectId=shop"], on: .sqlite, folder, crashAt: place)
        #expect(died)
        let clock = ManualClock()
        clock.set(milliseconds: Int64(Date().timeIntervalSince1970 * 1000) + JobQueue.leaseMilliseconds + 1000)
        let next = Household(.sqlite, folder, clock: clock)
        #expect(await next.refusal(of: "shop")?.status == 404)
        try await next.console.engine.jobs.drain()
        #expect(try await traces(next, "shop") == [])
        #expect(try await next.listed() == ["default"])
        await next.end()
    }

    @Test func aFolderKeepsAProjectThatSomebodyHasOpen() async throws {
        let folder = try TemporaryFolder()
        let house = Household(.sqlite, folder)
        try await fill(house, "shop")
        let store = Backend.sqlite.store(folder, project: "shop")
        _ = try await store.read { try $0.schemaVersion() }
        await house.projects.closeEngine(of: "shop")
        let error = await #expect(throws: StoreError.self) { try await house.shelf.remove("shop") }
        #expect(error?.kind == .busy)
        await store.close()
        try await house.shelf.remove("shop")
        try await house.shelf.remove("shop")
        #expect(try await traces(house, "shop") == [])
        await house.end()
    }
}
