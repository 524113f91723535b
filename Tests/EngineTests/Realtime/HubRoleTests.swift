import Testing
import Values

@testable import Engine

@Suite("The hub tells events to those who may hear of them")
struct HubRoleTests {
    @Test func byRoles() {
        var hub = TestHub()
        let guest = hub.connect(.guest)
        let ann = hub.connect(user: "ann", "team:red", "team:red/owner", "label:vip")
        let ben = hub.connect(user: "ben", "users/verified")
        let key = hub.connect(.key)
        for id in [guest, ann, ben, key] { hub.subscribe(id, "a", ["rows"]) }
        let cases: [([String], [Bool])] = [
            (["any"], [true, true, true, true]), (["guests"], [true, false, false, true]),
            (["users"], [false, true, true, true]), (["user:ann"], [false, true, false, true]),
            (["team:red/owner", "label:x"], [false, true, false, true]),
            (["users/verified"], [false, false, true, true]), (["team:blue"], [false, false, false, true]),
            ([], [false, false, false, true]), (["users", "guests", "user:ann"], [true, true, true, true]),
            (["*"], [false, false, false, true]),
        ]
        for (roles, expected) in cases {
            hub.publish(["rows"], to: roles)
            #expect([guest, ann, ben, key].map { hub.matches($0).count == 1 } == expected, "\(roles)")
        }
    }

    @Test func newRolesCountAtOnce() {
        var hub = TestHub()
        let id = hub.connect(user: "ann")
        hub.subscribe(id, "a", ["rows"], query("equal", "n", 1))
        hub.publish(["rows"], to: ["team:red"], ["n": 1])
        #expect(hub.matches(id) == [])
        hub.hub.identify(id, as: .user("ann", roles: ["team:red"]))
        hub.publish(["rows"], to: ["team:red"], ["n": 1])
        hub.publish(["rows"], to: ["team:red"], ["n": 2])
        #expect(hub.matches(id) == ["a"])
        hub.hub.identify(id, as: .user("ann", roles: []))
        hub.publish(["rows"], to: ["team:red"], ["n": 1])
        #expect(hub.matches(id) == [])
        hub.publish(["rows"], to: ["users"], ["n": 1])
        #expect(hub.matches(id) == ["a"])
        hub.hub.disconnect(id)
        #expect(hub.isEmpty)
    }

    @Test func theAccountFollowsWhoListens() {
        var hub = TestHub()
        let id = hub.connect()
        hub.subscribe(id, "a", ["account"])
        hub.subscribe(id, "u", ["account.update"])
        func heard(_ hub: inout TestHub, by user: String) -> [String] {
            let record = EventRecord("users.[userId].update.name", [user], ["$id": .string(user)])
            let facts = RealtimeEvent.Facts(project: "p", rights: { _ in nil }, isLegacy: { _ in false })
            _ = hub.hub.publish(try! RealtimeEvent(record, facts))
            return hub.matches(id)
        }
        #expect(heard(&hub, by: "ann") == [])
        hub.hub.identify(id, as: .user("ann", roles: []))
        #expect(heard(&hub, by: "ann") == ["a u"])
        #expect(heard(&hub, by: "ben") == [])
        hub.subscribe(id, "o", ["account.ann.update", "account.ben"])
        #expect(heard(&hub, by: "ann") == ["a o u"])
        hub.hub.identify(id, as: .user("ben", roles: []))
        #expect(heard(&hub, by: "ann") == [])
        #expect(heard(&hub, by: "ben") == ["a o u"])
        hub.hub.identify(id, as: .guest)
        #expect(heard(&hub, by: "ben") == [])
        hub.hub.disconnect(id)
        #expect(hub.isEmpty)
    }

    @Test func theOwnerHearsOfEveryAccountAndOfSettings() {
        var hub = TestHub()
        let id = hub.connect(.key)
        hub.subscribe(id, "a", ["account"])
        hub.subscribe(id, "b", ["account.ben.create"])
        hub.subscribe(id, "c", ["console"])
        let facts = RealtimeEvent.Facts(project: "p", rights: { _ in nil }, isLegacy: { _ in false })
        for record in [
            EventRecord("users.[userId].create", ["ann"]), EventRecord("users.[userId].create", ["ben"]),
            EventRecord("keys.[keyId].create", ["k"]), EventRecord.row("create"),
        ] {
            _ = hub.hub.publish(try! RealtimeEvent(record, facts))
        }
        #expect(hub.matches(id) == ["a", "a b", "c"])
    }

    @Test func connectionsOfAUserAndOfATeam() {
        var hub = TestHub()
        let one = hub.connect(user: "ann", "team:red")
        let two = hub.connect(user: "ann")
        let three = hub.connect(user: "ben", "team:red", "team:red/owner")
        #expect(hub.hub.connections(ofUser: "ann") == [one, two])
        #expect(hub.hub.connections(concernedBy: .user("ben")) == [three])
        #expect(hub.hub.connections(concernedBy: .team("red")) == [one, three])
        #expect(hub.hub.connections(concernedBy: .team("re")) == [])
        #expect(hub.hub.connections(concernedBy: .none) == [])
        hub.hub.identify(two, as: .user("ben", roles: []))
        hub.hub.disconnect(three)
        #expect(hub.hub.connections(ofUser: "ann") == [one])
        #expect(hub.hub.connections(ofUser: "ben") == [two])
    }

    @Test func whoAUserCallerIsToTheHub() {
        #expect(Listener(Caller(.key)) == .key)
        #expect(Listener(Caller(.apiKey("k"))) == .key)
        #expect(Listener(Caller(.guest)) == .guest)
        #expect(Listener(Caller(.user("ann"))) == .user("ann", roles: ["any", "users", "user:ann"]))
    }
}
