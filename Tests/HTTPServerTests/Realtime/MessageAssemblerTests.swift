import Engine
import NIOCore
import NIOWebSocket
import Testing

@testable import HTTPServer

@Suite("Messages made of frames")
struct MessageAssemblerTests {
    private static func frame(_ opcode: WebSocketOpcode, _ text: String, fin: Bool = true) -> WebSocketFrame {
        var data = ByteBuffer(string: text)
        let mask: WebSocketMaskingKey = [1, 2, 3, 4]
        data.webSocketMask(mask)
        return WebSocketFrame(fin: fin, opcode: opcode, maskKey: mask, data: data)
    }

    @Test func aMessageIsWholeWithItsLastFrame() {
        var assembler = MessageAssembler(limit: 10)
        assembler.check(Self.frame(.text, "one"), .message(Array("one".utf8)))
        assembler.check(Self.frame(.text, "a", fin: false), .nothing)
        assembler.check(Self.frame(.pong, ""), .pong)
        assembler.check(Self.frame(.continuation, "b", fin: false), .nothing)
        assembler.check(Self.frame(.continuation, "c"), .message(Array("abc".utf8)))
        assembler.check(Self.frame(.text, ""), .message([]))
    }

    @Test func theBoundIsThatOfTheMessage() {
        var assembler = MessageAssembler(limit: 4)
        assembler.check(Self.frame(.text, "1234"), .message(Array("1234".utf8)))
        assembler.check(Self.frame(.text, "123", fin: false), .nothing)
        assembler.check(Self.frame(.continuation, "45"), .violation(.tooLong))
    }
}

@Suite("Rates of messages and connections")
struct MessageRateTests {
    @Test func aMinuteBeginsWithItsFirstMessage() {
        var rate = MessageRate()
        let start = ContinuousClock.now
        let answers = (0..<4).map { rate.allows(3, at: start + .seconds($0)) }
        #expect(answers == [true, true, true, false])
        let later = [59, 60].map { rate.allows(3, at: start + .seconds($0)) }
        #expect(later == [false, true])
    }

    @Test func addressesAreCountedApart() {
        var rates = ConnectionRates()
        let answers = ["a", "a", "b", "a"].map { rates.allows($0, 2) }
        #expect(answers == [true, true, true, false])
    }
}

@Suite("Changes of rights that somebody may have missed")
struct RightsLogTests {
    @Test func onlyWhatConcernsTheUserCounts() {
        var log = RightsLog()
        log.note(.user("ann"))
        let before = log.count
        #expect(!log.concerns(["ann"], since: before))
        log.note(.none)
        log.note(.user("ben"))
        #expect(!log.concerns(["ann"], since: before))
        #expect(log.concerns(["ben"], since: before))
        log.note(.team("red"))
        #expect(log.concerns(["ann"], since: before))
        #expect(!log.concerns([], since: before))
    }

    @Test func whatIsForgottenCounts() {
        var log = RightsLog()
        let before = log.count
        for number in 0..<1000 { log.note(.user("u\(number)")) }
        #expect(log.concerns(["ann"], since: before))
        #expect(!log.concerns(["ann"], since: 990))
    }
}

extension MessageAssembler {
    /// Takes a frame and checks what is made of it.
    fileprivate mutating func check(
        _ frame: WebSocketFrame,
        _ expected: Heard,
        at location: SourceLocation = #_sourceLocation
    ) {
        let heard = take(frame)
        #expect(heard == expected, sourceLocation: location)
    }
}
