/// Parts of a JSON value by their places, where `*` stands for every member or item.
package struct Selection: Sendable {
    /// A place on the way to what is selected.
    private struct Node {
        var isWhole = false
        var children: [String: Node] = [:]
    }

    private var root = Node()

    package init(_ pointers: [JSONPointer]) {
        for pointer in pointers { Self.add(pointer.tokens[...], to: &root) }
    }

    private static func add(_ tokens: ArraySlice<String>, to node: inout Node) {
        guard let first = tokens.first else {
            node.isWhole = true
            return
        }
        add(tokens.dropFirst(), to: &node.children[first, default: Node()])
    }

    /// The value without what is not selected: objects keep the order of their members, arrays keep the items that
    /// hold something. What does not exist is left out.
    package func applied(to value: JSON) -> JSON {
        Self.pruned(value, [root]) ?? (value.array == nil ? [:] : [])
    }

    private static func pruned(_ value: JSON, _ nodes: [Node]) -> JSON? {
        if nodes.contains(where: \.isWhole) { return value }
        func next(_ token: String) -> [Node] {
            nodes.flatMap { [$0.children[token], $0.children["*"]] }.compactMap { $0 }
        }
        switch value {
        case .object(let object):
            var result = JSONObject()
            for (key, member) in object.members {
                let below = next(key)
                guard !below.isEmpty, let kept = pruned(member, below) else { continue }
                result.members.append((key, kept))
            }
            return result.isEmpty ? nil : .object(result)
        case .array(let items):
            var result: [JSON] = []
            for (index, item) in items.enumerated() {
                let below = next(String(index))
                guard !below.isEmpty, let kept = pruned(item, below) else { continue }
                result.append(kept)
            }
            return .array(result)
        default: return nil
        }
    }
}
