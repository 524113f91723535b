import Engine
import TestSupport
import Testing
import Values

@testable import Outgoing

@Suite("Traces of requests to other servers", .timeLimit(.minutes(1)))
struct TraceHeaderTests {
    @Test("Go on in the request of a call, and in no other")
    func goOn() async throws {
        let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        let trace = TraceContext(parents: [parent], states: ["vendor=x"])
        try await withServer { _ in
            .answer(200, "")
        } body: { server, outgoing in
            try await TraceContext.$current.withValue(trace) {
                _ = try await outgoing.send(OutgoingRequest("GET", server.origin))
            }
            _ = try await outgoing.send(OutgoingRequest("GET", server.origin))
            let headers = server.requests.map(\.headers)
            #expect(headers.map { $0["traceparent"] } == [trace.traceparent, nil])
            #expect(headers.map { $0["tracestate"] } == ["vendor=x", nil])
            #expect(trace.traceparent.hasPrefix("00-4bf92f3577b34da6a3ce929d0e0e4736-"))
        }
    }
}
