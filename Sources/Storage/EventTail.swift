/// Reads the event log as it grows, for one reader that stays.
///
/// Whoever only wants to know what has happened asks a session for ``ReadSession/events(after:limit:)``; a tail also
/// waits for what has not happened yet, and keeps what that takes, such as a thread and a connection, until it is stopped.
package protocol EventTail: Sendable {
    /// The records after those that were returned before, in commit order and at most `limit` of them.
    ///
    /// Waits for the first one as long as `patience`, and returns an empty list then. A store that is out of reach is
    /// waited for in the same way; the tail goes on where it was. One call at a time.
    /// - Throws: ``StoreError`` `historyLost` when the log no longer reaches back to where the tail is; `unavailable`
    ///   once it was stopped or when the store can't be reached, and others as reading does. All but the first can be
    ///   tried again.
    func next(limit: Int, within patience: Duration) async throws -> [LoggedEvent]

    /// Ends it; a call that waits returns at once. Doing it again changes nothing.
    func stop()
}

extension StoreError {
    static let tailIsStopped = StoreError(.unavailable, "the event log is no longer followed")
}
