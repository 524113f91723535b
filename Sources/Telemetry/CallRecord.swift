/// What is known of a call when it has been answered.
package struct CallRecord: Sendable {
    /// The id of its operation in the catalog; never anything that a caller has written.
    package var operation = CallMeter.noOperation
    /// How it ended, as HTTP says it.
    package var status = 200

    package init() {}
}
