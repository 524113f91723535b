import Engine
import TestSupport
import Testing
import Values

@testable import HTTPServer

@Suite("What a socket takes of its client", .timeLimit(.minutes(3)))
struct SocketLimitTests {
    @Test("frames that are wrong close the socket with their code")
    func closesForWrongFrames() async throws {
        try await withFront { front in
            let long = [UInt8](repeating: 0x20, count: 64_001)
            let half = [UInt8](repeating: 0x20, count: 40_000)
            let cases: [(name: String, frames: [[UInt8]], code: UInt16)] = [
                ("binary", [SocketClient.frame(0x82, [1])], 1003),
                ("no UTF-8", [SocketClient.frame(0x81, [0xFF, 0xFE])], 1007),
                ("half a character", [SocketClient.frame(0x81, [0xC3])], 1007),
                ("a long frame", [SocketClient.frame(0x81, long)], 1009),
                ("a long message", [SocketClient.frame(0x01, half), SocketClient.frame(0x80, half)], 1009),
                ("not masked", [SocketClient.frame(0x81, [0x20], isMasked: false)], 1002),
                ("a reserved bit", [SocketClient.frame(0xC1, [0x20])], 1002),
                ("an unknown kind", [SocketClient.frame(0x83, [0x20])], 1002),
                ("a continuation of nothing", [SocketClient.frame(0x80, [0x20])], 1002),
                ("text within text", [SocketClient.frame(0x01, [0x20]), SocketClient.frame(0x81, [0x20])], 1002),
                ("a ping in parts", [SocketClient.frame(0x09, [])], 1002),
                ("a long ping", [SocketClient.frame(0x89, [UInt8](repeating: 0, count: 126))], 1002),
                ("half a close", [SocketClient.frame(0x88, [3])], 1002),
                ("a code that is none", [SocketClient.frame(0x88, [0x03, 0xED])], 1002),
                ("a close", [SocketClient.frame(0x88, [0x03, 0xE8, 0x6F, 0x6B])], 1000),
                ("a close without a code", [SocketClient.frame(0x88, [])], 1000),
            ]
            for (name, frames, code) in cases {
                let client = try #require(await SocketClient(front))
                _ = await client.hear()
                for frame in frames { client.connection.send(frame) }
                let heard = await client.hear()
                if case .close(code, _) = heard {} else { Issue.record("\(name): \(heard)") }
                client.close()
            }
            let client = try #require(await SocketClient(front))
            defer { client.close() }
            #expect(await client.hear().type == "connected")
        }
    }

    @Test("a message may come in parts, with pings between them, and as long as messages may be")
    func takesFragments() async throws {
        try await withFront { front in
            let client = try #require(await SocketClient(front))
            defer { client.close() }
            _ = await client.hear()
            let text = Array(#"{"type":"ping","data":"é"}"#.utf8)
            client.send(0x01, Array(text[..<23]))
            client.send(0x89, [1, 2, 3])
            client.send(0x00, [])
            client.send(0x80, Array(text[23...]))
            #expect(await client.hear() == .pong([1, 2, 3]))
            #expect(await client.hear().type == "pong")
            let padding = String(repeating: " ", count: 64_000 - #"{"type":"ping"}"#.count)
            #expect(await client.ask(#"{"type":"ping"}"# + padding).type == "pong")
        }
    }

    @Test("what is sent with the request itself is heard")
    func hearsEarlyFrames() async throws {
        try await withFront { front in
            let connection = RawConnection(port: front.port)
            defer { connection.close() }
            let ping = SocketClient.frame(0x81, Array(#"{"type":"ping"}"#.utf8))
            connection.send(Array(SocketClient.request().utf8) + ping)
            #expect(await connection.answer()?.status == 101)
            let client = SocketClient(connection)
            #expect(await client.hear().type == "connected")
            #expect(await client.hear().type == "pong")
        }
    }

    @Test("a client that does not read is cut off, and others go on")
    func cutsOffSlowReaders() async throws {
        var options = FrontOptions()
        options.hub.queuedFrames = 20
        options.hub.queuedBytes = 200_000
        options.realtime.farewell = .milliseconds(200)
        try await withFront(options) { front, _ in
            try await front.makeTable("notes", readers: "any")
            let slow = try #require(await SocketClient(front, window: 4096))
            let quick = try #require(await SocketClient(front))
            defer {
                slow.close()
                quick.close()
            }
            for client in [slow, quick] {
                _ = await client.hear()
                _ = await client.subscribe("s", "rows")
            }
            let title = JSON.string(String(repeating: "x", count: 50_000))
            for number in 0..<120 {
                try await front.makeRow("notes", "r\(number)", ["title": title])
                #expect(await quick.hear().event == "s r\(number)")
            }
            var heard = 0
            while case .text = await slow.hear() { heard += 1 }
            #expect(heard < 120)
        }
    }

    @Test("a flood of messages is answered, each one, and hurts nobody else")
    func standsAFlood() async throws {
        try await withFront { front in
            let flooder = try #require(await SocketClient(front))
            let other = try #require(await SocketClient(front))
            defer {
                flooder.close()
                other.close()
            }
            _ = await flooder.hear()
            _ = await other.hear()
            let ping = SocketClient.frame(0x81, Array(#"{"type":"ping"}"#.utf8))
            let flood = Array(repeatElement(ping, count: 5000).joined())
            async let sent = onThread { flooder.connection.send(flood) }
            #expect(await other.ask(#"{"type":"ping"}"#).type == "pong")
            var pongs = 0
            while pongs < 5000, await flooder.hear().type == "pong" { pongs += 1 }
            #expect(pongs == 5000)
            #expect(await sent)
        }
    }

    @Test("where rates are limited, the 33rd message of a minute is refused and the socket stays")
    func limitsMessages() async throws {
        try await withFront(limitsRates: true) { front in
            let client = try #require(await SocketClient(front))
            defer { client.close() }
            _ = await client.hear()
            for _ in 0..<32 { #expect(await client.ask(#"{"type":"ping"}"#).type == "pong") }
            for _ in 0..<2 { #expect(await client.ask(#"{"type":"ping"}"#).errorCode == 1013) }
        }
    }

    @Test("where rates are limited, an address opens only so many sockets in a minute")
    func limitsConnections() async throws {
        var options = FrontOptions(limitsRates: true)
        options.realtime.connectionsPerMinute = 3
        try await withFront(options) { front, _ in
            for number in 1...4 {
                let client = try #require(await SocketClient(front))
                let heard = await client.hear()
                #expect(number < 4 ? heard.type == "connected" : heard.errorCode == 1013)
                if number == 4 { #expect(await client.hear() == .close(1013, "Try again later")) }
                client.close()
            }
        }
    }

    @Test("a process takes so many sockets, and again when one has gone")
    func limitsSockets() async throws {
        var options = FrontOptions()
        options.hub.connections = 2
        try await withFront(options) { front, _ in
            let clients = [await SocketClient(front), await SocketClient(front)].compactMap { $0 }
            for client in clients { #expect(await client.hear().type == "connected") }
            let third = try #require(await SocketClient(front))
            #expect(await third.hear().errorCode == 1013)
            third.close()
            clients[0].send(0x88, [0x03, 0xE8])
            while await clients[0].hear() != .end {}
            let fourth = try #require(await SocketClient(front))
            #expect(await fourth.hear().type == "connected")
            for client in clients + [fourth] { client.close() }
        }
    }

    @Test("a client that says nothing is asked for a sign of life and closed when it gives none")
    func closesSilentClients() async throws {
        var options = FrontOptions()
        options.realtime.silence = .milliseconds(300)
        options.realtime.farewell = .milliseconds(100)
        try await withFront(options) { front, _ in
            let lively = try #require(await SocketClient(front))
            let silent = try #require(await SocketClient(front))
            defer {
                lively.close()
                silent.close()
            }
            #expect(await lively.hear().type == "connected")
            #expect(await silent.hear().type == "connected")
            for _ in 0..<5 {
                #expect(await lively.hear() == .ping([]))
                lively.send(0x8A, [])
            }
            #expect(await silent.hear() == .ping([]))
            #expect(await silent.hear() == .close(1001, "No sign of life"))
            #expect(await silent.hear() == .end)
        }
    }

    @Test("a client that half closes, or resets, leaves nothing behind")
    func forgetsClients() async throws {
        var options = FrontOptions()
        options.hub.connections = 1
        try await withFront(options) { front, _ in
            for _ in 0..<5 {
                var client: SocketClient?
                // The place of the one before is free as soon as its end was noticed.
                for _ in 0..<100 where client == nil {
                    let next = try #require(await SocketClient(front))
                    if await next.hear().type == "connected" { client = next } else { next.close() }
                }
                let found = try #require(client)
                found.connection.finish()
                #expect(await found.hear() == .end)
                found.close()
            }
        }
    }

    @Test("a front that stops says so to every socket")
    func saysGoodbye() async throws {
        try await withFront(FrontOptions()) { front, stop in
            let client = try #require(await SocketClient(front))
            defer { client.close() }
            #expect(await client.hear().type == "connected")
            await stop()
            #expect(await client.hear() == .close(1001, "The server is stopping"))
            client.send(0x88, [0x03, 0xE9])
            #expect(await client.hear() == .end)
        }
    }
}
