/// How long sockets may take for what they do, and how much they may ask.
struct RealtimeSettings: Sendable {
    /// Messages of one connection in a minute, where rates are limited.
    var messagesPerMinute = 32
    /// Connections from one address to one project in a minute, where rates are limited.
    var connectionsPerMinute = 128
    /// Presences that one connection keeps.
    var presences = 20
    /// After how much silence a client is asked for a sign of life; after twice as much it is closed.
    var silence = Duration.seconds(60)
    /// How long a client may take to answer that it is closed.
    var farewell = Duration.seconds(2)
    /// How long somebody who connects waits for the event log to be followed.
    var beginning = Duration.seconds(10)
    /// How often it is looked for sessions that have ended by themselves.
    var sweep = Duration.seconds(15)
    /// News that wait to be told, in records and in bytes.
    var waitingRecords = 20_000
    var waitingBytes = 64 << 20
}
