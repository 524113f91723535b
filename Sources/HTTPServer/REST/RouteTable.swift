import Catalog

/// The operations by method and path, as the catalog declares them.
///
/// A word of a path comes before a variable, and where a branch leads nowhere the next one is tried, so that the order
/// of declarations says nothing.
struct RouteTable: Sendable {
    /// An operation at a path, with the names of the path's variables in their order.
    struct Candidate: Sendable {
        let operation: Operation
        let names: [String]
    }

    /// What stands at a method and a path: mostly one operation, sometimes several that differ in their bodies.
    struct Match: Sendable {
        let candidates: [Candidate]
        /// What stands in the path for its variables, as it was sent.
        let values: [Substring]
    }

    private struct Node {
        /// The words that may stand next, as UTF-8: so few that looking through them is faster than any hash.
        var words: [(text: [UInt8], node: Int)] = []
        var variable: Int?
        var candidates: [String: [Candidate]] = [:]
    }

    private var nodes = [Node()]

    init(_ catalog: Catalog) {
        for operation in catalog.operations {
            add(operation, operation.method, operation.path)
            for other in operation.otherPaths {
                let parts = other.split(separator: " ", maxSplits: 1).map(String.init)
                if parts.count == 2 {
                    add(operation, parts[0], parts[1])
                } else {
                    add(operation, operation.method, other)
                }
            }
        }
    }

    private mutating func add(_ operation: Operation, _ method: String, _ path: String) {
        var place = 0
        var names: [String] = []
        for segment in path.split(separator: "/") {
            if segment.hasPrefix(":") {
                names.append(String(segment.dropFirst()))
                if nodes[place].variable == nil {
                    nodes[place].variable = nodes.count
                    nodes.append(Node())
                }
                place = nodes[place].variable!
            } else {
                let text = Array(segment.utf8)
                if let known = nodes[place].words.first(where: { $0.text == text }) {
                    place = known.node
                } else {
                    nodes[place].words.append((text, nodes.count))
                    place = nodes.count
                    nodes.append(Node())
                }
            }
        }
        nodes[place].candidates[method, default: []].append(Candidate(operation: operation, names: names))
    }

    /// What stands at a path; nil where nothing does.
    func match(_ method: String, _ path: Substring) -> Match? {
        var path = path
        return path.withUTF8 { bytes in
            let segments = bytes.split(separator: UInt8(ascii: "/"))
            var values: [Segment] = []
            guard let candidates = find(method, segments[...], from: 0, &values) else { return nil }
            return Match(candidates: candidates, values: values.map { String(decoding: $0, as: UTF8.self)[...] })
        }
    }

    private typealias Segment = Slice<UnsafeBufferPointer<UInt8>>

    private func find(
        _ method: String,
        _ segments: ArraySlice<Segment>,
        from place: Int,
        _ values: inout [Segment]
    ) -> [Candidate]? {
        guard let segment = segments.first else { return nodes[place].candidates[method] }
        if let word = nodes[place].words.first(where: { $0.text.elementsEqual(segment) }),
            let found = find(method, segments.dropFirst(), from: word.node, &values)
        {
            return found
        }
        guard let variable = nodes[place].variable else { return nil }
        values.append(segment)
        if let found = find(method, segments.dropFirst(), from: variable, &values) { return found }
        values.removeLast()
        return nil
    }
}
