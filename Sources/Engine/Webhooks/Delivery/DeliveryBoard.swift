import Values

/// What a runner has leased: what waits for its turn, what is on its way, and what is to be acknowledged. Nothing is
/// sent here.
struct DeliveryBoard: Sendable {
    /// A delivery with what it takes to send it.
    struct Item: Sendable {
        let delivery: Delivery
        let webhook: Webhook
        /// Requests to one server are counted together.
        let host: Substring

        init(_ delivery: Delivery, _ webhook: Webhook) {
            self.delivery = delivery
            self.webhook = webhook
            let rest = webhook.url.drop { $0 != ":" }.drop { $0 == ":" || $0 == "/" }
            host = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        }

        var id: String { delivery.id }
    }

    /// How many requests are on their way at once, in all and to one server.
    static let width = 64
    static let widthPerHost = 8
    /// How many deliveries are leased at once, in all and for one webhook.
    static let capacity = 512
    static let capacityPerWebhook = 200
    /// The same for a webhook whose last try has failed, so that those that time out leave the others room.
    static let capacityOfFailing = 8
    /// With so many bytes of events nothing more is leased; what was leased at once may lead a little beyond.
    static let capacityInBytes = 32 << 20
    /// How many results are acknowledged in one transaction.
    static let batch = 100

    private var waiting: [Item] = []
    private var flying: [String: Item] = [:]
    private var flyingTo: [Substring: Int] = [:]
    private var failing: Set<String> = []
    private(set) var results: [DeliveryResult] = []
    private var settled: [String: Settled] = [:]
    /// How many bytes of events are held.
    private(set) var bytes = 0

    /// What is left of a delivery once it has landed.
    private struct Settled {
        let webhook: String
        /// What its event is called, which failures tell.
        let names: [String]
    }

    var isEmpty: Bool { waiting.isEmpty && flying.isEmpty && results.isEmpty }
    var isFlying: Bool { !flying.isEmpty }
    /// The ids of all that is leased.
    var held: [String] { waiting.map(\.id) + flying.keys + results.map(\.id) }

    /// How many more may be leased for a webhook.
    func room(for webhook: String) -> Int {
        guard bytes < Self.capacityInBytes else { return 0 }
        let own =
            (waiting + flying.values).count { $0.delivery.webhook == webhook }
            + settled.values.count { $0.webhook == webhook }
        let most = failing.contains(webhook) ? Self.capacityOfFailing : Self.capacityPerWebhook
        return max(0, min(most - own, Self.capacity - waiting.count - flying.count - results.count))
    }

    mutating func add(_ items: [Item]) {
        waiting += items
        bytes += items.reduce(0) { $0 + $1.delivery.size }
    }

    /// The next to send; nil where none can go now.
    mutating func next() -> Item? {
        guard flying.count < Self.width,
            let index = waiting.firstIndex(where: { flyingTo[$0.host, default: 0] < Self.widthPerHost })
        else { return nil }
        let item = waiting.remove(at: index)
        flying[item.id] = item
        flyingTo[item.host, default: 0] += 1
        return item
    }

    /// Takes back what was on its way.
    /// - Parameter result: nil where it was not sent; its lease runs out then.
    mutating func landed(_ id: String, _ result: DeliveryResult?) {
        guard let item = flying.removeValue(forKey: id) else { return }
        let left = flyingTo[item.host, default: 1] - 1
        flyingTo[item.host] = left == 0 ? nil : left
        bytes -= item.delivery.size
        guard let result else { return }
        results.append(result)
        settled[id] = Settled(
            webhook: item.delivery.webhook,
            names: result.isSuccess ? [] : item.delivery.names
        )
        if result.isSuccess {
            failing.remove(item.delivery.webhook)
        } else {
            failing.insert(item.delivery.webhook)
        }
    }

    /// Forgets what was not begun and whose lease is lost.
    mutating func keep(_ ids: Set<String>) {
        bytes -= waiting.reduce(0) { ids.contains($1.id) ? $0 : $0 + $1.delivery.size }
        waiting.removeAll { !ids.contains($0.id) }
    }

    /// Hands out what is to be acknowledged, with what the events were called.
    mutating func settle() -> (results: [DeliveryResult], names: [String: [String]]) {
        defer { (results, settled) = ([], [:]) }
        return (results, settled.mapValues(\.names))
    }
}
