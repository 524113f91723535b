/// What a hub takes. Each bound is there so that nobody can fill its memory.
package struct HubLimits: Sendable, Equatable {
    /// Connections at one time.
    package var connections = 10_000
    /// Subscriptions of one connection.
    package var subscriptions = 500
    /// Channels of all subscriptions of one connection.
    package var channels = 2000
    /// Queries of all subscriptions of one connection, in bytes.
    package var queryBytes = 256 << 10
    /// The longest message, in bytes.
    package var messageBytes = 64_000
    /// Frames that wait for one connection or are on their way to it.
    package var queuedFrames = 1000
    /// The same in bytes. A single frame may be longer.
    package var queuedBytes = 4 << 20
    /// What waits for all connections together, in bytes. An event counts once, however many wait for it.
    package var totalBytes = 256 << 20
    /// How much a connection is given to send at once, in bytes. A single frame may be longer.
    package var batchBytes = 256 << 10

    /// Channels that are longer than this, in bytes, are taken and not kept: no event has one.
    static let longestChannel = 512

    package init() {}
}
