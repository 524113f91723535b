/// Names a connection of a hub for as long as the hub lives.
package struct ConnectionID: Sendable, Hashable {
    let place: Int32
    /// Tells it from earlier connections at the same place.
    let number: UInt64
}

/// What a hub knows of a connection.
struct HubConnection: Sendable {
    let number: UInt64
    var listener: Listener
    /// The roles of the listener, under which its channels are registered.
    var roles: [String]
    /// Places of subscriptions by their ids.
    var subscriptions: [String: Int32] = [:]
    var usage = HubUsage()
    /// Whether it broke a rule and is only told so.
    var isEnding = false
    var queue = SendQueue()
    /// The event that was matched last, and the subscriptions that match it.
    var event: UInt64 = 0
    var matched: [String] = []

    init(_ number: UInt64, _ listener: Listener) {
        self.number = number
        self.listener = listener
        roles = listener.roles
    }
}

/// A subscription of a connection.
struct HubSubscription: Sendable {
    let connection: Int32
    let id: String
    var groups: [Int32] = []
    /// The last event that it matched.
    var event: UInt64 = 0
}

/// Channels of a subscription that were asked for with the same queries.
struct HubGroup: Sendable {
    let subscription: Int32
    let wish: ChannelWish
    /// What the connection hears of ``wish``, as it is registered.
    var channels: [String]
    /// The last event that its queries were asked about.
    var event: UInt64 = 0
}

/// Channels as they were asked for, with their queries.
struct ChannelWish: Sendable {
    var channels: [String]
    var queries: EventQueries
}

/// How much of the bounds for one connection is used.
struct HubUsage: Sendable, Equatable {
    var subscriptions = 0
    var channels = 0
    var queryBytes = 0

    init() {}

    /// Of one subscription.
    init(_ wishes: [ChannelWish]) {
        subscriptions = 1
        channels = wishes.reduce(0) { $0 + $1.channels.count }
        queryBytes = wishes.reduce(0) { $0 + $1.queries.bytes }
    }

    func fits(_ limits: HubLimits) -> Bool {
        subscriptions <= limits.subscriptions && channels <= limits.channels && queryBytes <= limits.queryBytes
    }

    static func += (left: inout HubUsage, right: HubUsage) {
        left.subscriptions += right.subscriptions
        left.channels += right.channels
        left.queryBytes += right.queryBytes
    }

    static func -= (left: inout HubUsage, right: HubUsage) {
        left.subscriptions -= right.subscriptions
        left.channels -= right.channels
        left.queryBytes -= right.queryBytes
    }
}
