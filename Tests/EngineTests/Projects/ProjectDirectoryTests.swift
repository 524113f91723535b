import Foundation
import Storage
import Testing
import Values

@testable import Engine

@Suite("Several projects in one process")
struct ProjectDirectoryTests {
    @Test(arguments: Backend.available)
    func eachHasItsOwnEngineAndDataAndAnUnknownOneHasNone(_ backend: Backend) async throws {
        try await withHousehold(backend) { house in
            let shop = try await house.make("shop")
            try await shop.call("tablesDB.create", ["databaseId": "d", "name": "D"])
            #expect(try await house.project("shop").engine === shop.engine)
            #expect(try await house.project("default").call("tablesDB.list")["total"] == 0)
            #expect(await house.refusal(of: "nowhere") == Refusal("project_not_found", 404, "projectId"))
            for id in ["", "..", "a/b", "Shop", ".x", String(repeating: "x", count: 37)] {
                #expect(await house.refusal(of: id)?.type == "project_not_found", "\(id)")
            }
            #expect(try await house.console.engine === house.projects.console())
        }
    }

    @Test(arguments: Backend.available)
    func oneThatTheConsoleDoesNotKnowIsReachedAndListed(_ backend: Backend) async throws {
        try await withHousehold(backend) { house in
            let older = Household(backend, house.folder, own: "older", key: house.key)
            let engine = try await older.project("older")
            try await engine.call("tablesDB.create", ["databaseId": "d", "name": "D"])
            await older.projects.close()
            #expect(try await house.project("older").call("tablesDB.list")["total"] == 1)
            #expect(try await house.listed().sorted() == ["default", "older"])
            let project = try await house.console.call("projects.get", ["projectId": "older"])
            #expect(project["name"] == "older")
            #expect(project["teamId"] == "")
        }
    }

    @Test(arguments: Backend.available)
    func whatAnotherProcessHasDeletedOrMadeAnewIsNotTheOneOfBefore(_ backend: Backend) async throws {
        try await withHousehold(backend) { house in
            let other = Household(backend, house.folder, own: "other", clock: house.clock, key: house.key)
            let old = try await house.make("shop")
            try await old.call("tablesDB.create", ["databaseId": "d", "name": "D"])
            try await house.project("shop").call("tablesDB.list")
            // On SQLite the other process waits until this one has closed it.
            async let deletion: JSON = other.console.call("projects.delete", ["projectId": "shop"])
            var isGone = false
            for _ in 0..<100 where !isGone {
                try await Task.sleep(for: .milliseconds(50))
                house.clock.advance(milliseconds: 1500)
                isGone = await house.refusal(of: "shop") != nil
            }
            #expect(isGone)
            _ = try await deletion
            #expect(try await house.shelf.mark(of: "shop") == nil)
            try await other.console.call("projects.create", ["projectId": "shop", "name": "Shop"])
            house.clock.advance(milliseconds: 1500)
            #expect(try await house.project("shop").call("tablesDB.list")["total"] == 0)
            await other.projects.close()
        }
    }

    @Test(arguments: Backend.available)
    func oneThatNobodyUsesIsClosedAndOpenedAgain(_ backend: Backend) async throws {
        try await withHousehold(backend) { house in
            let shop = try await house.make("shop")
            try await shop.call("tablesDB.create", ["databaseId": "d", "name": "D"])
            await house.projects.sweep()
            #expect(house.projects.isOpen("shop"))
            let listening = shop.engine.feed.listen { _ in }
            house.clock.advance(milliseconds: ProjectDirectory.idleTime + 1000)
            await house.projects.sweep()
            #expect(house.projects.isOpen("shop"))
            withExtendedLifetime(listening) {}
            try await Task.sleep(for: .milliseconds(50))
        }
        try await withHousehold(backend) { house in
            let shop = try await house.make("shop")
            try await shop.call("tablesDB.create", ["databaseId": "d", "name": "D"])
            house.clock.advance(milliseconds: ProjectDirectory.idleTime + 1000)
            await house.projects.sweep()
            #expect(!house.projects.isOpen("shop"))
            #expect(house.projects.isOpen(ProjectDirectory.consoleID))
            #expect(try await house.project("shop").call("tablesDB.list")["total"] == 1)
        }
    }

    @Test(arguments: Backend.available)
    func moreThanMayBeOpenAreClosedSooner(_ backend: Backend) async throws {
        try await withHousehold(backend, maximum: 1) { house in
            for id in ["a", "b"] { try await house.make(id).call("tablesDB.list") }
            house.clock.advance(milliseconds: ProjectDirectory.crowdedIdleTime + 1000)
            try await house.project("b").call("tablesDB.list")
            await house.projects.sweep()
            #expect(!house.projects.isOpen("a"))
            #expect(house.projects.isOpen("b"))
        }
    }

    @Test(arguments: Backend.available)
    func jobsOfEveryOpenProjectAreCarriedOut(_ backend: Backend) async throws {
        try await withHousehold(backend) { house in
            let shop = try await house.make("shop")
            try await shop.makeTable([["key": "n", "type": "integer"]])
            let keeping = Task { await house.projects.run() }
            let now = house.clock.wallClock.now
            let job = Job(kind: "nobody.knows", payload: [:])
            let id = try await shop.store.write { try JobQueue.add(job, at: now, id: "job", to: $0) }
            var attempts: Int64 = 0
            for _ in 0..<100 where attempts == 0 {
                try await Task.sleep(for: .milliseconds(50))
                let row = try await shop.store.read { try $0.row(id, in: SystemTables.jobs) }
                attempts = row.flatMap { Record($0, SystemTables.jobs)["attempts"].int } ?? 0
            }
            #expect(attempts == 1)
            keeping.cancel()
            await keeping.value
        }
    }
}
