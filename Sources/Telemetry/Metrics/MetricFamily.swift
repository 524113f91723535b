/// All samples of one name, as Prometheus reads them.
package struct MetricFamily: Sendable, Equatable {
    package enum Kind: String, Sendable {
        case counter, gauge, histogram, summary
    }

    package struct Sample: Sendable, Equatable {
        /// What follows the name of the family: `_bucket`, `_sum`, `_count`, or nothing.
        var suffix: String
        /// Names and values, in the order in which they are written.
        var labels: [Label]
        var value: Double

        package init(_ value: Double, _ labels: [Label] = [], suffix: String = "") {
            self.value = value
            self.labels = labels
            self.suffix = suffix
        }
    }

    package struct Label: Sendable, Hashable {
        var name: String
        var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package var name: String
    package var kind: Kind
    /// What it says, in a sentence; empty where nobody has said so.
    package var help: String
    package var samples: [Sample]

    package init(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
        self.name = name
        self.kind = kind
        self.help = help
        self.samples = samples
    }

    /// A family of one sample without labels.
    package init(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
        self.init(name, kind, help, [Sample(value)])
    }
}
