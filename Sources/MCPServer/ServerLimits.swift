/// Bounds of one server.
package struct ServerLimits: Sendable {
    /// The longest line in bytes; a longer one is skipped and answered with a parse error.
    package var lineBytes = 16 << 20
    /// How many answered bytes may wait for the client to read them before no more input is read.
    package var queuedBytes = 64 << 20
    /// How many calls may run, and how many bytes their requests may have together, before no more input is read.
    package var runningCalls = 10_000
    package var runningBytes = 64 << 20
    /// How long calls may go on after the input has ended, and how long they have to stop once they are cancelled.
    package var grace = Duration.milliseconds(900)
    package var cancelledGrace = Duration.milliseconds(200)
    /// How long the last answers may take to be read.
    package var flushGrace = Duration.milliseconds(500)

    package init() {}
}
