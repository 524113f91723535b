import Testing
import Values

@testable import Engine

@Suite("Only what may hear an event is looked at")
struct HubIndexTests {
    private func looked(_ hub: TestHub, _ payload: JSON = ["room": 1]) -> Int {
        hub.hub.index.groups(hearing: TestHub.event(["rows", "rows.update"], to: ["team:red"], payload)).count
    }

    @Test func othersAreNot() {
        var hub = TestHub {
            $0.subscriptions = 5000
            $0.channels = 5000
            $0.queryBytes = 1 << 20
        }
        let member = hub.connect(user: "ann", "team:red")
        let stranger = hub.connect(user: "ben", "team:blue")
        hub.subscribe(member, "a", ["rows"])
        #expect(looked(hub) == 1)
        for number in 0..<1000 {
            hub.subscribe(member, "c\(number)", ["files", "rows.create"])
            hub.subscribe(member, "v\(number)", ["rows"], query("equal", "room", .int(Int64(number) + 2)))
            hub.subscribe(stranger, "s\(number)", ["rows", "rows.update"])
        }
        #expect(looked(hub) == 1)
        #expect(looked(hub, ["room": 2]) == 2)
        #expect(looked(hub, ["room": 2.0]) == 1)
        // What is asked for without a value has to be looked at.
        hub.subscribe(member, "n", ["rows"], query("notEqual", "room", 1))
        #expect(looked(hub) == 2)
    }
}
