import NIOCore
import NIOHTTP1
import Testing

@testable import HTTPServer

@Suite("Deadlines of a connection")
struct ExchangeTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private static func head(_ method: HTTPMethod = .POST, _ headers: HTTPHeaders = [:]) -> HTTPRequestHead {
        HTTPRequestHead(version: .http1_1, method: method, uri: "/", headers: headers)
    }

    private func exchange() -> Exchange { Exchange(head: .seconds(60), body: .seconds(30), at: Self.start) }

    @Test func theHeadHasItsTimeFromTheBeginningOn() {
        var exchange = exchange()
        #expect(exchange.deadline == Self.start + .seconds(60))
        exchange.received(headBytes: 10)
        exchange.received(headBytes: 10)
        #expect(exchange.headBytes == 20)
        #expect(exchange.deadline == Self.start + .seconds(60))
    }

    @Test func theBodyHasItsTimeFromTheHeadOnAndTheAnswerHasNone() {
        var exchange = exchange()
        exchange.received(Self.head(), at: Self.start + .seconds(5))
        #expect(exchange.deadline == Self.start + .seconds(35))
        exchange.receivedEnd()
        #expect(exchange.deadline == nil)
        let end = exchange.answered(at: Self.start + .seconds(10))
        #expect(!end)
        #expect(exchange.deadline == Self.start + .seconds(70))
    }

    @Test func aRequestThatCameEarlyHasTimeForItsBodyOnceItIsItsTurn() {
        var exchange = exchange()
        exchange.received(Self.head(), at: Self.start)
        exchange.receivedEnd()
        exchange.received(Self.head(), at: Self.start + .seconds(1))
        #expect(exchange.deadline == nil)
        let end = exchange.answered(at: Self.start + .seconds(20))
        #expect(!end)
        #expect(exchange.deadline == Self.start + .seconds(50))
    }

    @Test func theConnectionEndsWithSomeAnswers() {
        let cases: [(headers: HTTPHeaders, method: HTTPMethod, ends: Bool)] = [
            (["Connection": "close"], .GET, true), (["Connection": "keep-alive"], .GET, false),
            (["Connection": "Upgrade", "Upgrade": "h2c"], .GET, true), ([:], .CONNECT, true), ([:], .GET, false),
        ]
        for (headers, method, ends) in cases {
            var exchange = exchange()
            exchange.received(Self.head(method, headers), at: Self.start)
            exchange.receivedEnd()
            let answer = exchange.answered(at: Self.start)
            #expect(answer == ends, "\(method) \(headers)")
        }
    }

    @Test func aConnectionThatIsToEndEndsWithTheLastAnswer() {
        var exchange = exchange()
        for _ in 0..<2 {
            exchange.received(Self.head(), at: Self.start)
            exchange.receivedEnd()
        }
        exchange.endsAfterAnswers = true
        let answers = (0..<2).map { _ in exchange.answered(at: Self.start) }
        #expect(answers == [false, true])
    }
}
