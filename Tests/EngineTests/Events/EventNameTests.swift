import Testing
import Values

@testable import Engine

@Suite("The names of an event")
struct EventNameTests {
    private func names(
        _ event: String,
        _ ids: String...,
        for reader: EventNames.Reader = .webhooks
    ) -> EventNames {
        EventNames(EventPath(EventRecord(event, ids)), for: reader)
    }

    @Test func aTeam() {
        let all = names("teams.[teamId].create", "red").all
        #expect(all == ["teams.red.create", "teams.*.create", "teams.red", "teams.*"])
    }

    @Test func anActionOfTwoWords() {
        let all = names("users.[userId].update.email", "ann").all
        #expect(
            all == [
                "users.ann.update.email", "users.*.update.email", "users.ann.update", "users.*.update", "users.ann",
                "users.*",
            ]
        )
    }

    @Test func somethingInsideOfSomething() {
        let all = names("buckets.[bucketId].files.[fileId].create", "b", "f").all
        #expect(
            all == [
                "buckets.b.files.f.create", "buckets.*.files.f.create", "buckets.b.files.*.create",
                "buckets.*.files.*.create", "buckets.b.files.f", "buckets.*.files.f", "buckets.b.files.*",
                "buckets.*.files.*", "buckets.b", "buckets.*",
            ]
        )
    }

    @Test func theStatusOfAMembershipIsAlsoToldOfTheTeam() {
        let names = names("teams.[teamId].memberships.[membershipId].update.status", "red", "m")
        #expect(names.all.count == 16)
        #expect(names.all.first == "teams.red.memberships.m.update.status")
        #expect(
            names.all.suffix(4) == ["teams.red.update.status", "teams.*.update.status", "teams.red", "teams.*"]
        )
        #expect(names.contains("teams.*.update.status"))
        #expect(!names.contains("teams.*.update"))
    }

    @Test func actionsThatAreNoneOfTheFour() {
        #expect(
            names("users.[userId].sessions.delete", "ann").all == [
                "users.ann.sessions.delete", "users.*.sessions.delete", "users.ann.sessions", "users.*.sessions",
                "users.ann", "users.*",
            ]
        )
        let codes = names("users.[userId].create.mfa.recovery-codes", "ann").all
        #expect(codes.count == 8)
        #expect(codes.first == "users.ann.create.mfa.recovery-codes")
    }

    @Test func aNewRowForWebhooks() {
        let all = names("databases.[databaseId].tables.[tableId].rows.[rowId].create", "d", "t", "r").all
        #expect(all.count == 42)
        #expect(
            all.prefix(4) == [
                "databases.d.collections.t.documents.r.create", "databases.d.tables.t.rows.r.create",
                "databases.*.collections.t.documents.r.create", "databases.*.tables.t.rows.r.create",
            ]
        )
        #expect(all.suffix(2) == ["databases.d", "databases.*"])
        #expect(all.contains("databases.*.tables.*.rows.*.create"))
        #expect(all.contains("databases.d.collections.*"))
        #expect(!all.contains { $0.hasPrefix("tablesdb") })
    }

    @Test func aChangedRowLeadsWithTheWordsOfItsCall() {
        let event = "databases.[databaseId].tables.[tableId].rows.[rowId].update"
        #expect(names(event, "d", "t", "r").all.first == "databases.d.tables.t.rows.r.update")
        let document = "databases.[databaseId].collections.[collectionId].documents.[documentId].update"
        #expect(names(document, "d", "t", "r").all.first == "databases.d.collections.t.documents.r.update")
        #expect(Set(names(event, "d", "t", "r").all) == Set(names(document, "d", "t", "r").all))
    }

    @Test func aRowForFollowersOfTheMoment() {
        let event = "databases.[databaseId].tables.[tableId].rows.[rowId].create"
        let all = names(event, "d", "t", "r", for: .realtime(isLegacy: false)).all
        #expect(all.count == 64)
        #expect(
            all.prefix(3) == [
                "tablesdb.d.tables.t.rows.r.create", "databases.d.collections.t.documents.r.create",
                "databases.d.tables.t.rows.r.create",
            ]
        )
        #expect(all.suffix(4) == ["tablesdb.d", "databases.d", "tablesdb.*", "databases.*"])
        #expect(names(event, "d", "t", "r", for: .realtime(isLegacy: true)).all.count == 42)
    }

    @Test func columnsAndIndexesHaveTheWordsOfBothAPIs() {
        let column = names("databases.[databaseId].tables.[tableId].columns.[columnId].create", "d", "t", "c")
        #expect(column.all.contains("databases.d.collections.t.attributes.c.create"))
        #expect(column.contains("databases.*.tables.*.columns.*.create"))
        let index = names("databases.[databaseId].tables.[tableId].indexes.[indexId].create", "d", "t", "i")
        #expect(index.all.contains("databases.d.collections.t.indexes.i.create"))
    }

    @Test func idsMayHoldDots() {
        let names = names("users.[userId].sessions.[sessionId].create", "a.b", "update.x")
        #expect(names.contains("users.a.b.sessions.update.x.create"))
        #expect(names.contains("users.*.sessions.update.x"))
        #expect(!names.contains("users.a.sessions.update.x.create"))
    }

    @Test(arguments: [
        "", ".", "*", "users", "users.", "users.ann.", "users.ann.update.", "users.ann.update.email.",
        "users.ann.update.email.x", "users.ben", "users.an", "users.anna", "Users.ann", "users..update", "users.**",
        "users.*.delete", "teams.ann", "users.ann.email",
    ])
    func whatIsNoNameOfIt(pattern: String) {
        #expect(!names("users.[userId].update.email", "ann").contains(pattern))
    }

    @Test func wordsOfDifferentAPIsDoNotMix() {
        let names = names("databases.[databaseId].tables.[tableId].rows.[rowId].create", "d", "t", "r")
        for name in ["databases.d.tables.t.documents.r", "databases.d.collections.t.rows.*", "tablesdb.*"] {
            #expect(!names.contains(name), "\(name)")
        }
    }

    @Test func theRowsOfABulkHaveAWildcard() {
        let record = EventRecord("databases.[databaseId].tables.[tableId].rows.[rowId].create", ["d", "t"])
        #expect(record.name == "databases.d.tables.t.rows.*.create")
    }

    @Test func aPatternIsMetWhenOneOfAListIs() {
        let names = names("teams.[teamId].create", "red")
        #expect(names.meet(["users.*", "teams.*.create"]))
        #expect(!names.meet(["users.*", "teams.*.delete"]))
        #expect(!names.meet([String]()))
    }

    /// Matching without generating has to agree with generating, also where patterns are nearly right.
    @Test func matchingAgreesWithTheListOfAllNames() {
        let events: [(String, [String])] = [
            ("databases.[databaseId].tables.[tableId].rows.[rowId].update", ["d", "t", "r"]),
            ("databases.[databaseId].collections.[collectionId].attributes.[attributeId].create", ["d", "t", "a"]),
            ("databases.[databaseId].delete", ["d"]), ("users.[userId].update.prefs", ["d"]),
            ("teams.[teamId].memberships.[membershipId].update.status", ["d", "t"]),
            ("users.[userId].sessions.delete", ["d"]), ("users.[userId].update.mfa.recovery-codes", ["r"]),
        ]
        let all = events.flatMap { event in
            [EventNames.Reader.webhooks, .realtime(isLegacy: false), .realtime(isLegacy: true)].map {
                EventNames(EventPath(EventRecord(event.0, event.1)), for: $0)
            }
        }
        let candidates = Set(all.flatMap(\.all)).flatMap { name in
            [
                name, name + ".x", String(name.dropLast()), name.replacing("*", with: "x"),
                name.replacing(".t", with: ""),
            ]
        }
        for names in all {
            let known = Set(names.all)
            #expect(known.count == names.all.count)
            for candidate in candidates where names.contains(candidate) != known.contains(candidate) {
                Issue.record("\(candidate) of \(names.path.name)")
            }
        }
    }
}
