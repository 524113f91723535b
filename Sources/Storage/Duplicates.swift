/// Rows that share their values with others.
package struct Duplicates: Sendable, Equatable {
    /// How many there are.
    package var count: Int
    /// The ids of up to three of them.
    package var examples: [String]

    /// How many ids are told.
    static let maximumExamples = 3

    package init(count: Int, examples: [String]) {
        self.count = count
        self.examples = examples
    }
}
