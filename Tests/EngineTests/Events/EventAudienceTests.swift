import Testing
import Values

@testable import Engine

@Suite("Who may hear of an event")
struct EventAudienceTests {
    private func audience(
        _ event: String,
        _ ids: [String],
        _ payload: JSON = [:],
        _ rights: ContainerRights? = nil
    ) -> [String] {
        EventPath(EventRecord(event, ids)).audience(payload, rights)
    }

    private func rowAudience(_ own: [String], _ rights: ContainerRights?) -> [String] {
        audience(
            "databases.[databaseId].tables.[tableId].rows.[rowId].delete",
            ["d", "t", "r"],
            ["$permissions": JSON(own)],
            rights
        )
    }

    private let table = ["read(\"users\")", "create(\"any\")", "update(\"team:red\")"]
    private let own = ["read(\"user:ann\")", "delete(\"user:ben\")", "read(\"users\")"]

    @Test func ofARowWhoMayReadItsTable() {
        let rights = ContainerRights(permissions: table, hasItemSecurity: false)
        #expect(rowAudience(own, rights) == ["users"])
    }

    @Test func ofARowWithSecurityAlsoWhoMayReadTheRow() {
        let rights = ContainerRights(permissions: table, hasItemSecurity: true)
        #expect(rowAudience(own, rights) == ["users", "user:ann"])
        #expect(rowAudience(own, ContainerRights(permissions: [], hasItemSecurity: true)) == ["user:ann", "users"])
        #expect(rowAudience([], ContainerRights(permissions: [], hasItemSecurity: true)) == [])
    }

    @Test func ofARowWhoseTableIsGoneNobody() {
        #expect(rowAudience(own, nil) == [])
    }

    @Test func ofAUserOnlyThatUser() {
        for event in ["users.[userId].update.prefs", "users.[userId].sessions.[sessionId].create"] {
            #expect(audience(event, ["ann", "s"]) == ["user:ann"])
        }
    }

    @Test func ofTeamsAndMembershipsTheTeam() {
        #expect(audience("teams.[teamId].delete", ["red"]) == ["team:red"])
        #expect(audience("teams.[teamId].memberships.[membershipId].delete", ["red", "m"]) == ["team:red"])
    }

    @Test func ofAPresenceItsReadersAndItsUser() {
        let payload: JSON = ["$permissions": ["read(\"users\")", "update(\"any\")"], "userId": "ann"]
        #expect(audience("presences.[presenceId].upsert", ["p"], payload) == ["users", "user:ann"])
    }

    @Test func ofAFileTheBucketAndTheFile() {
        let event = "buckets.[bucketId].files.[fileId].create"
        let payload: JSON = ["$permissions": ["read(\"user:ann\")"]]
        let bucket = ["read(\"label:staff\")"]
        let open = ContainerRights(permissions: bucket, hasItemSecurity: false)
        let secured = ContainerRights(permissions: bucket, hasItemSecurity: true)
        #expect(audience(event, ["b", "f"], payload, open) == ["label:staff"])
        #expect(audience(event, ["b", "f"], payload, secured) == ["label:staff", "user:ann"])
    }

    @Test func ofAnExecutionItsReaders() {
        let event = "functions.[functionId].executions.[executionId].create"
        #expect(audience(event, ["f", "e"], ["$permissions": ["read(\"user:ann\")"]]) == ["user:ann"])
        #expect(audience(event, ["f", "e"]) == [])
    }

    @Test func ofAnythingElseNobodyButTheOwner() {
        for event in ["databases.[databaseId].create", "keys.[keyId].create", "variables.[variableId].update"] {
            #expect(audience(event, ["x"], ["$permissions": ["read(\"any\")"]]) == [])
        }
    }

    @Test func malformedPermissionsOpenNothing() {
        let payload: JSON = ["$permissions": ["read", "read(", 7], "userId": 3]
        #expect(audience("presences.[presenceId].upsert", ["p"], payload) == [])
    }

    @Test func whoseRolesMayHaveChanged() {
        #expect(EventRecord("users.[userId].update.labels", ["ann"]).rightsChange == .user("ann"))
        let membership = "teams.[teamId].memberships.[membershipId]"
        #expect(EventRecord(membership + ".create", ["red", "m"], ["userId": "ann"]).rightsChange == .user("ann"))
        #expect(EventRecord(membership + ".delete", ["red", "m"]).rightsChange == .team("red"))
        #expect(EventRecord("teams.[teamId].delete", ["red"]).rightsChange == .team("red"))
        #expect(EventRecord("teams.[teamId].create", ["red"], by: "user:ann").rightsChange == .user("ann"))
        #expect(EventRecord("teams.[teamId].create", ["red"]).rightsChange == .none)
        #expect(EventRecord("teams.[teamId].update", ["red"]).rightsChange == .none)
        #expect(EventRecord.row("create").rightsChange == .none)
    }
}
