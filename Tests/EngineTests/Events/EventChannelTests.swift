import Testing
import Values

@testable import Engine

@Suite("The channels of an event")
struct EventChannelTests {
    private func channels(_ event: String, _ ids: String...) -> [String] {
        EventPath(EventRecord(event, ids)).channels(project: "shop")
    }

    @Test func aRow() {
        let bases = [
            "documents", "databases.d.collections.t.documents", "databases.d.collections.t.documents.r", "rows",
            "databases.d.tables.t.rows", "databases.d.tables.t.rows.r", "tablesdb.d.tables.t.rows",
            "tablesdb.d.tables.t.rows.r",
        ]
        for action in ["create", "update", "upsert", "delete"] {
            let expected = bases + bases.map { "\($0).\(action)" }
            #expect(
                channels("databases.[databaseId].tables.[tableId].rows.[rowId].\(action)", "d", "t", "r") == expected
            )
            let document = "databases.[databaseId].collections.[collectionId].documents.[documentId].\(action)"
            #expect(channels(document, "d", "t", "r") == expected)
        }
    }

    @Test func aUser() {
        #expect(
            channels("users.[userId].update.email", "ann")
                == ["account", "account.ann", "account.update", "account.ann.update"]
        )
        #expect(
            channels("users.[userId].delete", "ann")
                == ["account", "account.ann", "account.delete", "account.ann.delete"]
        )
    }

    @Test func whatIsInsideOfAUserHasNoActionOfItsOwn() {
        for event in ["sessions.[sessionId].create", "targets.[targetId].delete", "sessions.delete"] {
            #expect(channels("users.[userId].\(event)", "ann", "x") == ["account", "account.ann"])
        }
    }

    @Test func teamsAndMemberships() {
        #expect(
            channels("teams.[teamId].update.prefs", "red") == [
                "teams", "teams.red", "teams.update", "teams.red.update",
            ]
        )
        #expect(
            channels("teams.[teamId].memberships.[membershipId].update.status", "red", "m")
                == ["memberships", "memberships.m", "memberships.update", "memberships.m.update"]
        )
    }

    @Test func presences() {
        #expect(
            channels("presences.[presenceId].upsert", "p")
                == ["presences", "presences.p", "presences.upsert", "presences.p.upsert"]
        )
    }

    @Test func filesAndExecutions() {
        #expect(
            channels("buckets.[bucketId].files.[fileId].create", "b", "f") == [
                "files", "buckets.b.files", "buckets.b.files.f", "files.create", "buckets.b.files.create",
                "buckets.b.files.f.create",
            ]
        )
        #expect(
            channels("functions.[functionId].executions.[executionId].update", "fn", "e") == [
                "executions", "executions.e", "functions.fn", "executions.update", "executions.e.update",
                "functions.fn.update",
            ]
        )
    }

    @Test(arguments: [
        "databases.[databaseId].create", "databases.[databaseId].tables.[tableId].update",
        "databases.[databaseId].tables.[tableId].columns.[columnId].create", "keys.[keyId].create",
        "buckets.[bucketId].delete", "projects.[projectId].policies.[policy].update",
    ])
    func whatIsForTheOwnerOnly(event: String) {
        #expect(channels(event, "a", "b", "c") == ["console", "projects.shop"])
    }
}
