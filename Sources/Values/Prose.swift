/// A text for people that knows its own words from what it quotes.
///
/// Literals are our own words, which a ``Dialect`` may translate; interpolated values are quoted and never change,
/// whatever they say. `\(own:)` puts in a name of ours.
package struct Prose: Sendable, Equatable {
    private var parts: [Part]

    fileprivate struct Part: Sendable {
        var text: String
        var isQuoted: Bool
    }

    /// A text that is not ours from beginning to end.
    package init(quoting text: String) { parts = [Part(text: text, isQuoted: true)] }

    /// The whole text.
    package var string: String { parts.count == 1 ? parts[0].text : parts.map(\.text).joined() }

    /// The text with other words of our own.
    func mapped(_ body: (String) -> String) -> Prose {
        var copy = self
        for index in parts.indices where !parts[index].isQuoted { copy.parts[index].text = body(parts[index].text) }
        return copy
    }

    package static func == (left: Prose, right: Prose) -> Bool { left.string == right.string }

    package static func + (left: Prose, right: Prose) -> Prose {
        var sum = left
        sum.parts += right.parts
        return sum
    }
}

extension Prose: ExpressibleByStringInterpolation {
    package init(stringLiteral text: String) { parts = [Part(text: text, isQuoted: false)] }

    package init(stringInterpolation: StringInterpolation) { parts = stringInterpolation.parts }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var parts: [Part] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            parts.reserveCapacity(interpolationCount * 2 + 1)
        }

        package mutating func appendLiteral(_ text: String) {
            if !text.isEmpty { parts.append(Part(text: text, isQuoted: false)) }
        }

        package mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            parts.append(Part(text: value.description, isQuoted: true))
        }

        package mutating func appendInterpolation(_ text: Prose) { parts += text.parts }

        package mutating func appendInterpolation(own name: String) {
            parts.append(Part(text: name, isQuoted: false))
        }
    }
}
