import Values

/// Everything that an event is called: with and without its action, with its ids and with wildcards, and what is inside
/// of a database in the words of every API.
package struct EventNames: Sendable {
    /// For whom the names are.
    package enum Reader: Sendable {
        /// Webhooks and functions, which know databases by the name `databases`.
        case webhooks
        /// Followers of the moment, who also know `tablesdb`, unless the database was made with the older API.
        case realtime(isLegacy: Bool)
    }

    let path: EventPath
    /// What the resources are called, in each form; the one that leads comes first.
    private let forms: [[String]]

    package init(_ path: EventPath, for reader: Reader) {
        self.path = path
        guard path.isInDatabase else {
            forms = [path.resources.map(\.kind)]
            return
        }
        // Rows are told to have been created in the words of collections first, whichever API was used.
        let isNewRow = path.kinds == "databases/tables/rows" && path.actions == ["create"]
        let order: [EventForm] =
            isNewRow || path.dialect == .collections ? [.collections, .tables] : [.tables, .collections]
        switch reader {
        case .webhooks, .realtime(isLegacy: true): forms = order.map { $0.words(of: path) }
        case .realtime(isLegacy: false): forms = ([.tablesDB] + order).map { $0.words(of: path) }
        }
    }

    /// All names, without repetition. The first one is whole and has no wildcard.
    package var all: [String] {
        var names: [String] = []
        let resources = path.resources.count
        let actions = path.actions[...]
        for length in stride(from: actions.count, through: 0, by: -1) {
            append(resources, actions.prefix(length), to: &names)
        }
        for depth in stride(from: resources - 1, to: 0, by: -1) {
            if hasShortcut, depth == 1 { append(1, actions, to: &names) }
            append(depth, [], to: &names)
        }
        return names
    }

    /// Whether the actions may also follow the first resource at once: `teams.T.memberships.M.update.status` is
    /// `teams.T.update.status` too.
    private var hasShortcut: Bool { path.resources.count > 1 && path.actions.count > 1 }

    /// Appends the names that go down to some depth, with any of the ids replaced.
    private func append(_ depth: Int, _ actions: ArraySlice<String>, to names: inout [String]) {
        var forms = forms.map { $0.prefix(depth) }
        if depth == 1 { forms = forms.reduce(into: []) { if !$0.contains($1) { $0.append($1) } } }
        for wildcards in 0..<(1 << depth) {
            for words in forms {
                var parts: [String] = []
                for (index, word) in words.enumerated() {
                    parts.append(word)
                    parts.append(wildcards & (1 << index) == 0 ? path.resources[index].id ?? "*" : "*")
                }
                names.append((parts + actions).joined(separator: "."))
            }
        }
    }
}

extension EventNames {
    /// Whether a pattern of events is one of the names; costs no more than reading the pattern.
    package func contains(_ pattern: String) -> Bool { forms.contains { matches(pattern, $0) } }

    /// Whether a list of patterns, such as that of a webhook, holds one of the names.
    package func meet(_ patterns: some Sequence<String>) -> Bool { patterns.contains(where: contains) }

    private func matches(_ pattern: String, _ words: [String]) -> Bool {
        var rest = NameScanner(pattern)
        for (index, word) in words.enumerated() {
            guard rest.take(word), rest.take("*") || rest.take(path.resources[index].id ?? "*") else { return false }
            if rest.isAtEnd { return true }
            if hasShortcut, index == 0 {
                var shortcut = rest
                if path.actions.allSatisfy({ shortcut.take($0) }), shortcut.isAtEnd { return true }
            }
        }
        for action in path.actions {
            guard rest.take(action) else { return false }
            if rest.isAtEnd { return true }
        }
        return false
    }
}

/// Reads a name part by part. Ids may hold dots, so a name can't be split at them.
private struct NameScanner {
    private var rest: Substring.UTF8View?

    init(_ name: String) { rest = Substring(name).utf8 }

    /// Whether all parts were taken.
    var isAtEnd: Bool { rest == nil }

    /// Takes a part and the dot behind it, if it comes next.
    mutating func take(_ part: String) -> Bool {
        guard let text = rest, text.starts(with: part.utf8) else { return false }
        let end = text.dropFirst(part.utf8.count)
        guard let next = end.first else {
            rest = nil
            return true
        }
        guard next == UInt8(ascii: ".") else { return false }
        rest = end.dropFirst()
        return true
    }
}
