/// One thing that was looked at to see whether a store is in order.
package struct Finding: Sendable, Equatable {
    package enum Level: String, Sendable {
        case ok, warning, problem
    }

    package var level: Level
    /// A word or two: `server`, `disk`.
    package var subject: String
    /// What was seen and, unless it is fine, what to do.
    package var text: String

    package init(_ level: Level, _ subject: String, _ text: String) {
        self.level = level
        self.subject = subject
        self.text = text
    }
}
