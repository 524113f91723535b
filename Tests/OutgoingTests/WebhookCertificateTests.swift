import Catalog
import Engine
import Storage
import Testing
import Values

@testable import Outgoing

@Suite("Webhooks over HTTPS", .timeLimit(.minutes(1)))
struct WebhookCertificateTests {
    /// Nobody trusts the certificate of the server.
    @Test("A certificate is checked as tls says")
    func checksCertificates() async throws {
        let server = try await TLSServer()
        let outgoing = HTTPOutgoing(allowsPrivate: true)
        let engine = Engine(
            catalog: .embedded,
            store: SQLiteStore(.init(folder: .ephemeral, project: "default", systemTables: SystemTables.all)),
            key: .memory,
            outgoing: outgoing
        )
        func call(_ operation: String, _ arguments: JSONObject) async throws -> JSON {
            try JSON(parsing: try await engine.execute(Invocation(operation, arguments)).encoded)
        }
        for tls in [true, false] {
            let webhook: JSONObject = [
                "webhookId": tls ? "strict" : "lax", "url": .string("https://localhost:\(server.port)/in"),
                "events": ["users.*"], "tls": .bool(tls),
            ]
            #expect(try await call("webhooks.create", webhook)["tls"] == .bool(tls))
        }
        _ = try await call("users.create", ["userId": "ann"])
        #expect(try await engine.deliveries.drain() == 2)
        func delivery(_ webhook: String) async throws -> JSON? {
            try await call("webhooks.listDeliveries", ["webhookId": .string(webhook)])["deliveries"]?.array?.first
        }
        let strict = try #require(try await delivery("strict"))
        #expect(strict["state"] == "pending")
        let error = strict["error"]?.string ?? ""
        #expect(error.hasPrefix("The host 'localhost' shows no certificate that can be trusted"))
        #expect(error.hasSuffix("With \"tls\": false the webhook is told all the same."))
        let lax = try #require(try await delivery("lax"))
        #expect(lax["state"] == "delivered")
        #expect(lax["status"] == 200)
        await engine.close()
        await outgoing.close()
        await server.stop()
    }
}
