/// What a store fails with.
package struct StoreError: Error, Equatable, CustomStringConvertible {
    package enum Kind: Sendable, Equatable {
        /// A row with this id exists.
        case duplicateID
        /// A unique index refuses the values.
        case uniqueViolation
        /// The store takes no such index, however often it is asked.
        case indexRefused
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
        /// A JSON value that is nested too deeply, or has a member whose name can't be kept.
        case unkeepable
        /// The writes of one transaction are more than the database server can hold before they are committed.
        case transactionTooLarge
        /// A condition on related rows holds for more of them than one query may look at.
        case tooManyRelated
        /// The event log no longer reaches back to a cursor.
        case historyLost
        /// The result of an operation is beyond what the column at this place in the layout can hold.
        case overflow(position: Int)
        /// The result of an operation on the column at this place would pass a bound that refuses it.
        case bound(position: Int)
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

extension StoreError {
    /// What the expression of an operation puts before the reason when it refuses a result.
    static let refusalMark = "tandem refuses: "

    /// The words by which an expression refuses a result, for ``init(refusalIn:)``.
    static func refusal(_ reason: RefusalReason, _ position: Int) -> String { "\(reason.rawValue) \(position)" }

    enum RefusalReason: String { case overflow, bound }

    /// Reads the refusal of an expression from a message of the database; nil when there is none in it.
    init?(refusalIn message: String) {
        let bytes = Array(message.utf8)
        let mark = Array(Self.refusalMark.utf8)
        guard
            let start = bytes.indices.first(where: { bytes[$0...].starts(with: mark) }).map({ $0 + mark.count })
        else { return nil }
        let words = bytes[start...].split(separator: UInt8(ascii: " "))
        guard words.count >= 2, let reason = RefusalReason(rawValue: String(decoding: words[0], as: UTF8.self)),
            let position = Int(String(decoding: words[1].prefix { 0x30...0x39 ~= $0 }, as: UTF8.self))
        else { return nil }
        switch reason {
        case .overflow: self.init(.overflow(position: position), "the result does not fit into the column")
        case .bound: self.init(.bound(position: position), "the result would pass its bound")
        }
    }
}
