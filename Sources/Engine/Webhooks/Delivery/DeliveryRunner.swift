import Logging
import Storage
import Synchronization
import Values

/// Tells webhooks what they are to be told.
///
/// Any number of processes may run one over the same store. A delivery is leased before it is sent; a process that dies
/// leaves a lease that runs out, and another one sends it again. So each is sent at least once, and never by two at the
/// same time.
package final class DeliveryRunner: Sendable {
    let store: any DocumentStore
    let outgoing: any Outgoing
    let clock: WallClock
    let log: Logger
    let project: String
    let owner: String
    private let timeout: Duration
    private let feed: EventFeed
    private let signal: WakeSignal
    let moments = Mutex(Moments())

    /// How often it is looked for what is due again, and for what other processes have left.
    private static let interval = Duration.seconds(2)
    /// How often it is looked whether another process has made a webhook, where there is none.
    private static let idleInterval = Duration.seconds(5)

    /// - Parameters:
    ///   - store: opens sealed values.
    ///   - timeout: how long a receiver has for its answer.
    ///   - signal: rings when there may be webhooks that were not there before.
    init(
        _ store: any DocumentStore,
        _ outgoing: any Outgoing,
        _ feed: EventFeed,
        _ signal: WakeSignal,
        project: String,
        timeout: Duration,
        _ clock: WallClock,
        _ log: Logger
    ) {
        self.store = store
        self.outgoing = outgoing
        self.feed = feed
        self.signal = signal
        self.project = project
        self.timeout = timeout
        self.clock = clock
        self.log = log
        owner = clock.makeID()
    }

    /// Runs until cancelled.
    package func run() async {
        var listening: EventFeed.Listening?
        var complaint = ""
        while !Task.isCancelled {
            do {
                let hasListeners = try await store.read { try !WebhookDirectory.listeners(in: $0).isEmpty }
                if !hasListeners { listening = nil }
                if hasListeners, listening == nil { listening = feed.listen { [signal] _ in signal.ring() } }
                if hasListeners { try await drain() }
                complaint = ""
            } catch {
                // A process without the key meets the same every time, and saying it once is enough.
                if !Task.isCancelled, "\(error)" != complaint { log.error("webhooks can't be told: \(error)") }
                complaint = "\(error)"
                try? await Task.sleep(for: .milliseconds(500))
            }
            await signal.wait(until: .now + (listening == nil ? Self.idleInterval : Self.interval))
        }
    }

    /// Sends everything that is due.
    /// - Returns: how many tries there were.
    @discardableResult
    package func drain() async throws -> Int {
        try await bringBack()
        guard let seeker = seeker(holding: []) else { return 0 }
        let now = clock.now
        let isAnythingDue = try await store.read { session in
            try WebhookDirectory.listeners(in: session).contains {
                try DeliveryQueue.isDue(for: $0.uid, to: seeker, at: now, in: session)
            }
        }
        guard isAnythingDue else { return 0 }
        do { return try await round() } catch {
            // Nothing of it is under way any more, and nobody else would try it before the leases run out.
            lookAgain()
            throw error
        }
    }

    /// Sends a delivery once.
    /// - Returns: nil where it was given up, because the process ends.
    func send(_ delivery: Delivery, to webhook: Webhook) async -> DeliveryResult? {
        let now = clock.now
        do {
            let request = DeliveryRequest.make(
                webhook,
                id: delivery.id,
                names: delivery.names,
                userID: delivery.userID,
                body: try delivery.body,
                project: project,
                at: now,
                within: timeout
            )
            return await TraceContext.$current.withValue(delivery.trace) {
                await outgoing.deliver(request, id: delivery.id, clock)
            }
        } catch {
            return DeliveryResult(id: delivery.id, at: now, milliseconds: 0, error: "The event can't be read.")
        }
    }

    /// Forgets what is older than a moment, or of no webhook any more.
    func trim(createdBefore moment: Timestamp?) async throws {
        let now = clock.now
        while try await store.write({ try DeliveryQueue.trim(createdBefore: moment, at: now, in: $0) }) {}
    }
}
