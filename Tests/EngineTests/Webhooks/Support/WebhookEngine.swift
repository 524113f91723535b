import Storage
import Values

@testable import Engine

/// Runs a test on an engine with a key, whose requests to other servers a receiver gets.
func withWebhooks(_ backend: Backend, _ body: (_ engine: TestEngine, _ receiver: Receiver) async throws -> Void)
    async throws
{
    let receiver = Receiver()
    try await withOutgoing(backend, receiver) { engine in try await body(engine, receiver) }
}

/// The same with any way to other servers.
/// - Parameter timeout: how long receivers have.
func withOutgoing(
    _ backend: Backend,
    _ outgoing: any Outgoing,
    timeout: Duration = DeliveryRequest.timeout,
    _ body: (TestEngine) async throws -> Void
) async throws {
    let (folder, keys) = (try TemporaryFolder(), try TemporaryFolder())
    let key = KeySource.named(try makeKey(keys))
    let engine = TestEngine(backend, folder, key: key, outgoing: outgoing, deliveryTimeout: timeout)
    let result: Result<Void, any Error>
    do { result = .success(try await body(engine)) } catch { result = .failure(error) }
    await engine.engine.close()
    await backend.remove(folder)
    keys.remove()
    try result.get()
}

extension TestEngine {
    /// Leases what is due for `dead`, a process that will do nothing with it.
    func leaseForTheDead() async throws -> [Delivery] {
        let now = clock.wallClock.now
        return try await engine.deliveries.store.write { session in
            let listener = try WebhookDirectory.listeners(in: session)[0]
            let dead = DeliveryQueue.Seeker(owner: "dead")
            return try DeliveryQueue.lease(for: listener.uid, limit: 10, to: dead, at: now, in: session).deliveries
        }
    }

    /// Makes the webhook `hook`, or another one.
    @discardableResult
    func makeWebhook(
        _ events: [String] = ["users.*"],
        id: String = "hook",
        url: String = "https://hooks.example.com/in",
        enabled: Bool = true
    ) async throws -> JSON {
        let arguments: JSONObject = [
            "webhookId": .string(id), "url": .string(url), "events": JSON(events), "enabled": .bool(enabled),
            "secret": "s3cr3t-of-hook",
        ]
        return try await call("webhooks.create", arguments)
    }

    /// The deliveries of a webhook, oldest first.
    func deliveries(_ webhook: String = "hook", _ queries: JSON...) async throws -> [JSON] {
        let arguments: JSONObject = [
            "webhookId": .string(webhook), "queries": .array(queries + [query("limit", nil, 100)]),
        ]
        return try await call("webhooks.listDeliveries", arguments)["deliveries"]?.array ?? []
    }

    /// The states of the deliveries of a webhook, oldest first.
    func states(_ webhook: String = "hook") async throws -> [String] {
        try await deliveries(webhook).map { $0["state"]?.string ?? "" }
    }

    /// The present number of failures of a webhook, and whether it is enabled.
    func health(_ webhook: String = "hook") async throws -> [JSON?] {
        let answer = try await call("webhooks.get", ["webhookId": .string(webhook)])
        return [answer["attempts"], answer["enabled"]]
    }

    /// Another process on the same store.
    func twin(_ outgoing: any Outgoing) -> TestEngine {
        TestEngine(backend, folder, clock: clock, key: key, outgoing: outgoing)
    }
}

extension [JSON] {
    /// A member of each item.
    func each(_ key: String) -> [JSON] { map { $0[key] ?? .null } }
}
