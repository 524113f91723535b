import Hummingbird
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import HTTPServer

@Suite("Requests as they are handed on", .timeLimit(.minutes(1)))
struct RequestHandlerTests {
    /// Listens, answering in some way, while a test runs.
    private func withAnswers(
        limits: HTTPLimits = HTTPLimits(),
        room: BodyRoom = BodyRoom(1 << 20),
        _ answer: @escaping RequestHandler.Answer,
        _ body: (RawConnection) async throws -> Void
    ) async throws {
        let pipeline = FrontPipeline(
            HTTPConfiguration(limits: limits),
            sockets: nil,
            meters: nil,
            room: room,
            answer
        )
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try pipeline.setUp(channel) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let connection = RawConnection(port: server.localAddress!.port!)
        do { try await body(connection) } catch {
            connection.close()
            try await server.close()
            throw error
        }
        connection.close()
        try await server.close()
    }

    private static func text(_ text: String) -> Response {
        Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    private static func get(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n" }
    private static func post(_ fields: String, _ body: String = "") -> String {
        "POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n\(body)"
    }

    @Test("are answered in their order, however many come at once, and one at a time")
    func inOrder() async throws {
        let running = Mutex((now: 0, most: 0))
        let answer: RequestHandler.Answer = { request, _, _ in
            running.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            try? await Task.sleep(for: .microseconds(Int.random(in: 0...300)))
            running.withLock { $0.now -= 1 }
            return Self.text(request.head.path ?? "")
        }
        try await withAnswers(answer) { connection in
            connection.send((0..<500).map { Self.get("/\($0)") }.joined())
            for index in 0..<500 { #expect(await connection.answer()?.text == "/\(index)") }
        }
        #expect(running.withLock { $0.most } == 1)
    }

    @Test("have their bodies, in one piece or in chunks")
    func withBodies() async throws {
        let answer: RequestHandler.Answer = { request, _, _ in
            let body = try? await request.body.collect(upTo: 1 << 20)
            return Self.text(body.map { String(buffer: $0) } ?? "none")
        }
        try await withAnswers(answer) { connection in
            connection.send(Self.post("Content-Length: 3", "one") + Self.get("/"))
            connection.send(Self.post("Transfer-Encoding: chunked", "2\r\ntw\r\n1\r\no\r\n0\r\n\r\n"))
            #expect(await connection.answer()?.text == "one")
            #expect(await connection.answer()?.text == "")
            #expect(await connection.answer()?.text == "two")
        }
    }

    @Test("are handed on without a body that is too long, as soon as that shows, and its rest is left out")
    func withoutLongBodies() async throws {
        var limits = HTTPLimits()
        limits.bodyBytes = 10
        let answer: RequestHandler.Answer = { request, _, refusal in
            if case .tooLong(10) = refusal { return Self.text("too long") }
            return Self.text("fine")
        }
        try await withAnswers(limits: limits, answer) { connection in
            connection.send(Self.post("Content-Length: 1000000"))
            #expect(await connection.answer()?.text == "too long")
            connection.send(String(repeating: "x", count: 1_000_000) + Self.get("/"))
            #expect(await connection.answer()?.text == "fine")
            connection.send(Self.post("Transfer-Encoding: chunked", "b\r\nelevenbytes\r\n"))
            #expect(await connection.answer()?.text == "too long")
            connection.send("b\r\nelevenbytes\r\n0\r\n\r\n" + Self.post("Content-Length: 10", "ten bytes."))
            #expect(await connection.answer()?.text == "fine")
        }
    }

    @Test("take their part of the room for bodies while those come, and give it back")
    func withinTheRoom() async throws {
        let room = BodyRoom(100_000)
        let answer: RequestHandler.Answer = { _, _, refusal in
            if case .busy = refusal { return Self.text("busy") }
            return Self.text("fine")
        }
        try await withAnswers(room: room, answer) { connection in
            for _ in 0..<3 {
                connection.send(Self.post("Content-Length: 90000", String(repeating: "x", count: 90_000)))
                #expect(await connection.answer()?.text == "fine")
            }
            var other = room.place()
            let isTaken = other.grow(to: 70_000)
            #expect(isTaken)
            connection.send(Self.post("Content-Length: 90000", String(repeating: "x", count: 90_000)))
            #expect(await connection.answer()?.text == "busy")
            connection.send(Self.post("Content-Length: 60000", String(repeating: "x", count: 60_000)))
            #expect(await connection.answer()?.text == "fine")
        }
    }

    @Test("are given up when their client leaves")
    func givenUp() async throws {
        let (begun, ended) = (AsyncStream<Void>.makeStream(), AsyncStream<Bool>.makeStream())
        let answer: RequestHandler.Answer = { _, _, _ in
            begun.continuation.yield()
            try? await Task.sleep(for: .seconds(3600))
            ended.continuation.yield(Task.isCancelled)
            return Self.text("")
        }
        try await withAnswers(answer) { connection in
            connection.send(Self.get("/"))
            for await _ in begun.stream { break }
            connection.reset()
            for await isCancelled in ended.stream {
                #expect(isCancelled)
                break
            }
        }
    }

    @Test("are answered though their client says nothing more")
    func halfClosed() async throws {
        let answer: RequestHandler.Answer = { request, _, _ in
            try? await Task.sleep(for: .milliseconds(50))
            return Self.text(request.head.path ?? "")
        }
        try await withAnswers(answer) { connection in
            connection.send(Self.get("/1") + Self.get("/2"))
            connection.finish()
            #expect(await connection.answer()?.text == "/1")
            #expect(await connection.answer()?.text == "/2")
            #expect(await connection.answer() == nil)
        }
    }

    @Test("are answered no faster than their client reads")
    func slowly() async throws {
        let written = Mutex(0)
        let part = ByteBuffer(repeating: 0x78, count: 1 << 16)
        let answer: RequestHandler.Answer = { _, _, _ in
            Response(
                status: .ok,
                body: ResponseBody(contentLength: 512 << 16) { writer in
                    for _ in 0..<512 {
                        try await writer.write(part)
                        written.withLock { $0 += 1 }
                    }
                    try await writer.finish(nil)
                }
            )
        }
        try await withAnswers(answer) { connection in
            connection.send(Self.get("/"))
            try await Task.sleep(for: .milliseconds(300))
            #expect(written.withLock { $0 } < 256)
            #expect(await connection.answer()?.body.count == 512 << 16)
        }
    }
}
