package import Values

/// What a front asks for: one call, or several that belong together.
package struct ExecutionRequest: Sendable {
    /// One call of several.
    package struct Step: Sendable {
        /// What answers and references name it by; the position, from 0, where the caller gave none.
        package var id: String
        package var invocation: Invocation

        package init(id: String, _ invocation: Invocation) {
            self.id = id
            self.invocation = invocation
        }
    }

    /// Whether operations that destroy something need the token of a confirmation.
    package enum Confirmation: Sendable, Equatable {
        case notNeeded
        /// A call without its token is answered with one, and does nothing.
        case needed(token: String?)
    }

    package var steps: [Step]
    /// Whether the answer has a result for each step; a single call has just one.
    package let isBatch: Bool
    /// Whether all steps share one transaction; otherwise each has its own, and those before a failing one stay done.
    package var isAtomic = true
    /// Whether everything is undone in the end.
    package var isDryRun = false
    package var confirmation = Confirmation.notNeeded
    /// Which parts of the answer are wanted; nil for all of it.
    package var selection: Selection?
    /// How many bytes the results of all steps may have together, before a selection.
    package var maximumBytes = 64 << 20

    /// How many steps a batch may have.
    package static let maximumSteps = 100

    package init(_ invocation: Invocation) {
        steps = [Step(id: "0", invocation)]
        isBatch = false
    }

    package init(steps: [Step]) {
        self.steps = steps
        isBatch = true
    }
}

extension ExecutionRequest {
    /// Whether several steps are to share one transaction.
    var isOneTransaction: Bool { isBatch && isAtomic }

    /// Refuses results that don't fit into memory together.
    var tooMuch: AppError {
        AppError(
            .generalBadRequest,
            "The results of all steps have more than \(maximumBytes) bytes together.",
            argument: "steps",
            hint: "Send fewer steps in a call, or ask for fewer rows with limit, or for fewer fields with select."
        )
    }
}
