package import Values

/// How much of the event log is kept.
package struct LogBounds: Sendable, Equatable {
    /// Records from before this moment go; nil for none.
    package var oldest: Timestamp?
    /// About how many bytes of records stay, the newest ones; nil for all.
    package var bytes: Int64?

    package init(oldest: Timestamp? = nil, bytes: Int64? = nil) {
        self.oldest = oldest
        self.bytes = bytes
    }
}
