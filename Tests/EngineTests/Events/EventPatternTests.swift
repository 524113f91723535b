import Catalog
import Testing
import Values

@testable import Engine

@Suite("The patterns by which webhooks ask for events")
struct EventPatternTests {
    private static let patterns = EventPatterns(.embedded)

    @Test(arguments: [
        "users.*", "users.ann", "users.*.create", "users.*.update", "users.*.update.email", "users.*.sessions.*",
        "users.*.sessions.*.create", "users.ann.recovery.*.create", "teams.*", "teams.*.update.prefs",
        "teams.*.memberships.*.update.status", "databases.*", "databases.*.create", "databases.shop.tables.orders",
        "databases.*.tables.*.rows.*.create", "databases.*.tables.*.rows.*", "databases.*.tables.*.columns.*.create",
        "databases.*.collections.*.documents.*.upsert", "databases.*.collections.*.attributes.*.update",
        "databases.*.tables.*.indexes.*.create", "tablesdb.*.tables.*.rows.*.delete", "users.a.b.c.update",
        "users.update.update", "users.sessions.sessions.x.create",
    ])
    func whatCanHappen(pattern: String) {
        #expect(Self.patterns.isValid(pattern))
    }

    @Test(arguments: [
        "", "*", "users", "users.", "users..create", ".users", "users.*.", "users.*.destroy", "users.*.update.age",
        "users.*.sessions.*.update.x", "users.*.create.email", "things.*", "users.-x", "users.**", "users.a b.create",
        "Users.*",
        "users.*.update.email.x", "users.*.*", "databases.*.tables", "databases.*.tables.*.documents.*.create",
        "databases.*.collections.*.rows.*", "tablesdb.*.collections.*", "webhooks.*", "keys.*.create", "variables.*",
        "presences.*", "teams.*.update.status", "users.\(String(repeating: "x", count: 37)).create",
    ])
    func whatCanNot(pattern: String) {
        #expect(!Self.patterns.isValid(pattern))
    }

    @Test func longTextsAreRefusedAtOnce() {
        #expect(!Self.patterns.isValid("users." + String(repeating: "a.", count: 500_000) + "create"))
        #expect(!Self.patterns.isValid(String(repeating: "a.", count: 120)))
    }

    @Test func everyNameOfAnEventIsAValidPatternOrAShortcut() throws {
        for event in Catalog.embedded.operations.compactMap(\.event) where !event.hasPrefix("presences") {
            let path = EventPath(event, ["a", "b", "c"])
            guard ["users", "teams", "databases"].contains(path.resources[0].kind) else { continue }
            for name in EventNames(path, for: .webhooks).all where name != "teams.a.update.status" {
                guard name != "teams.*.update.status" else { continue }
                #expect(Self.patterns.isValid(name), "\(name)")
            }
        }
    }
}
