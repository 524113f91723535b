/// What a store fails with.
package struct StoreError: Error, Equatable, CustomStringConvertible {
    package enum Kind: Sendable, Equatable {
        /// A row with this id exists.
        case duplicateID
        /// A unique index refuses the values.
        case uniqueViolation
        /// The work was stopped because nobody waits for it any more.
        case cancelled
        /// The work took longer than it may.
        case timeout
        /// Another process held the store for too long.
        case busy
        /// The disk is full.
        case full
        /// What was read is damaged.
        case damaged
        /// The store can't be opened or reached; the message says what to do.
        case unavailable
        /// The answer would need more memory than one call may take.
        case tooLarge
        /// A condition on related rows holds for more of them than one query may look at.
        case tooManyRelated
        /// The event log no longer reaches back to a cursor.
        case historyLost
        /// A regular expression is malformed or too expensive.
        case pattern
        /// More rows would have to be left out than a query may name.
        case tooManyExcluded
        /// A fault of our own.
        case internalFault
    }

    package var kind: Kind
    /// For people; carries no stored data.
    package var message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    package var description: String { message }
}
