/// Rows that stand against a rule, such as those that share their values with others where none may.
package struct Contradiction: Sendable, Equatable {
    /// How many there are.
    package var count: Int
    /// The ids of up to three of them.
    package var examples: [String]

    /// How many ids are told.
    package static let maximumExamples = 3

    package init(count: Int, examples: [String]) {
        self.count = count
        self.examples = examples
    }
}
