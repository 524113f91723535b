import Engine
import TestSupport
import Testing

@testable import Outgoing

/// Runs a test with a server, and a way to it.
func withServer(
    _ handler: @escaping @Sendable (LocalServer.Request) -> LocalServer.Reply,
    body: (LocalServer, HTTPOutgoing) async throws -> Void
) async throws {
    let server = LocalServer(handler)
    let outgoing = HTTPOutgoing(allowsPrivate: true)
    let result: Result<Void, any Error>
    do { result = .success(try await body(server, outgoing)) } catch { result = .failure(error) }
    await outgoing.close()
    server.stop()
    try result.get()
}

/// How a request fails; nil for one that is answered.
func kind(_ outgoing: HTTPOutgoing, _ request: OutgoingRequest) async -> OutgoingError.Kind? {
    do throws(OutgoingError) {
        _ = try await outgoing.send(request)
        return nil
    } catch {
        return error.kind
    }
}

/// Waits until something holds, for ten seconds at the most.
func eventually(_ holds: () -> Bool, at location: SourceLocation = #_sourceLocation) async {
    for _ in 0..<500 {
        if holds() { return }
        try? await Task.sleep(for: .milliseconds(20))
    }
    #expect(holds(), sourceLocation: location)
}

extension OutgoingAnswer {
    var text: String { String(decoding: body, as: UTF8.self) }
}
