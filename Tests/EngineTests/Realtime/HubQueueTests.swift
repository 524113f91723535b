import Testing
import Values

@testable import Engine

@Suite("What waits for the connections of the hub")
struct HubQueueTests {
    private static let any = ["any"]

    @Test func whoSleepsIsWokenOnce() {
        var hub = TestHub()
        let id = hub.connect()
        hub.subscribe(id, "a", ["rows"])
        #expect(hub.publish(["rows"], to: Self.any) == [.wake(id)])
        #expect(hub.publish(["rows"], to: Self.any) == [])
        #expect(hub.hub.take(id).count == 2)
        #expect(hub.publish(["rows"], to: Self.any) == [])
        #expect(hub.hub.take(id).count == 1)
        #expect(hub.hub.take(id).isEmpty)
        #expect(hub.publish(["rows"], to: Self.any) == [.wake(id)])
    }

    @Test func framesComeInOrder() {
        var hub = TestHub()
        let id = hub.connect()
        hub.subscribe(id, "a", ["rows"])
        for number in 0..<100 { hub.publish(["rows"], to: Self.any, ["n": .int(Int64(number))]) }
        _ = hub.hub.receive(Array(#"{"type":"ping"}"#.utf8), from: id)
        let heard = hub.hear(id)
        #expect(heard.dropLast().map { $0["data"]?["payload"]?["n"]?.int } == (0..<100).map { Int64($0) })
        #expect(heard.last == ["type": "pong"])
    }

    @Test func whoReadsTooSlowlyIsClosedAndNobodyElse() {
        var hub = TestHub { $0.queuedFrames = 10 }
        let (slow, quick) = (hub.connect(), hub.connect())
        for id in [slow, quick] { hub.subscribe(id, "a", ["rows"]) }
        for number in 0..<10 {
            let actions = hub.publish(["rows"], to: Self.any)
            #expect(
                Set(actions.map { "\($0)" })
                    == Set(
                        number == 0
                            ? ["\(HubAction.wake(slow))", "\(HubAction.wake(quick))"] : ["\(HubAction.wake(quick))"]
                    )
            )
            #expect(hub.matches(quick).count == 1)
        }
        let actions = hub.publish(["rows"], to: Self.any)
        #expect(actions.contains(.close(slow, .slowConsumer)) && actions.contains(.wake(quick)) && actions.count == 2)
        #expect(HubClosing.slowConsumer.code == 1013)
        #expect(hub.hub.take(slow).isEmpty)
        #expect(hub.matches(quick).count == 1)
        #expect(hub.publish(["rows"], to: Self.any) == [.wake(quick)])
        #expect(hub.hub.count == 1)
    }

    @Test func whatIsOnItsWayCountsUntilMoreIsTaken() {
        var hub = TestHub { $0.queuedFrames = 3 }
        let id = hub.connect()
        hub.subscribe(id, "a", ["rows"])
        for _ in 0..<3 { hub.publish(["rows"], to: Self.any) }
        #expect(hub.hub.take(id).count == 3)
        #expect(hub.publish(["rows"], to: Self.any) == [.close(id, .slowConsumer)])
    }

    @Test func bytesAreBoundedToo() {
        var hub = TestHub { $0.queuedBytes = 3000 }
        let id = hub.connect()
        hub.subscribe(id, "a", ["rows"])
        let text = JSON.string(String(repeating: "x", count: 1000))
        hub.publish(["rows"], to: Self.any, ["text": text])
        hub.publish(["rows"], to: Self.any, ["text": text])
        #expect(hub.publish(["rows"], to: Self.any, ["text": text]) == [.close(id, .slowConsumer)])
        #expect(hub.isEmpty)
    }

    @Test func oneFrameMayBeLongerThanTheBound() {
        var hub = TestHub { $0.queuedBytes = 100 }
        let id = hub.connect()
        hub.subscribe(id, "a", ["rows"])
        let text = JSON.string(String(repeating: "x", count: 100_000))
        #expect(hub.publish(["rows"], to: Self.any, ["text": text]) == [.wake(id)])
        #expect(hub.matches(id) == ["a"])
    }

    @Test func answersCountLikeEvents() {
        var hub = TestHub { $0.queuedFrames = 5 }
        let id = hub.connect()
        let ping = Array(#"{"type":"ping"}"#.utf8)
        for _ in 0..<5 { _ = hub.hub.receive(ping, from: id) }
        #expect(hub.hub.receive(ping, from: id) == [.close(id, .slowConsumer)])
        #expect(hub.isEmpty)
    }

    @Test func batchesAreBounded() {
        var hub = TestHub { $0.batchBytes = 3000 }
        let id = hub.connect()
        hub.subscribe(id, "a", ["rows"])
        let text = JSON.string(String(repeating: "x", count: 1000))
        for _ in 0..<5 { hub.publish(["rows"], to: Self.any, ["text": text]) }
        #expect((0..<4).map { _ in hub.hub.take(id).count } == [2, 2, 1, 0])
    }

    @Test func anEventThatWaitsForManyCountsOnceAndTheSlowestGoFirst() {
        var hub = TestHub { $0.totalBytes = 100_000 }
        let ids = (0..<50).map { _ in hub.connect() }
        for id in ids { hub.subscribe(id, "a", ["rows"]) }
        let text = JSON.string(String(repeating: "x", count: 10_000))
        hub.publish(["rows"], to: Self.any, ["text": text])
        #expect(hub.hub.count == 50)
        #expect((10_000..<30_000).contains(hub.hub.held.total))
        var closed: [HubAction] = []
        for _ in 0..<10 {
            for id in ids.dropFirst() { _ = hub.hear(id) }
            closed += hub.publish(["rows"], to: Self.any, ["text": text]).filter {
                if case .close = $0 { true } else { false }
            }
        }
        #expect(closed == [.close(ids[0], .slowConsumer)])
        #expect(hub.hub.held.total < 100_000)
    }

    @Test func nothingIsHeldOnceAllIsSent() {
        var hub = TestHub()
        let ids = (0..<5).map { _ in hub.connect() }
        for id in ids { hub.subscribe(id, "a", ["rows"]) }
        for _ in 0..<20 { hub.publish(["rows"], to: Self.any, ["a": 1]) }
        #expect(hub.hub.held.total > 0)
        for id in ids.prefix(3) { #expect(hub.hear(id).count == 20) }
        for id in ids.suffix(2) { hub.hub.disconnect(id) }
        #expect(hub.hub.held.total == 0)
    }

    @Test func theLengthOfAFrameIsKnownBeforeItIsWritten() {
        let event = TestHub.event(["rows"], to: [], ["text": "äöü \u{2028}"])
        for ids in [["a"], ["a", "bc", "def"]] {
            let frame = Frame(1, Frame.text(of: event), for: ids)
            #expect(frame.count == frame.encoded.count)
            #expect(frame.eventData?["subscriptions"]?.strings == ids)
        }
        #expect(Frame.pong.count == Frame.pong.encoded.count && Frame.pong.eventData == nil)
    }
}
