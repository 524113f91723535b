package import Values

/// How much of the event log is kept.
package struct LogBounds: Sendable, Equatable {
    /// Records from before this moment go; nil for none.
    package var oldest: Timestamp?
    /// Records from after this moment are of a clock that was ahead, and say nothing of their age; nil for none.
    package var present: Timestamp?
    /// About how many bytes of records stay, the newest ones; nil for all.
    package var bytes: Int64?

    package init(oldest: Timestamp? = nil, present: Timestamp? = nil, bytes: Int64? = nil) {
        self.oldest = oldest
        self.present = present
        self.bytes = bytes
    }
}
