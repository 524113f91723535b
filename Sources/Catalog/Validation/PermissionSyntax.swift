import Values

extension ParameterType {
    static func checkPermissions(_ value: JSON, actions: [String]) throws(Mismatch) {
        guard case .array(let items) = value else { return }
        for (index, item) in items.enumerated() {
            do throws(Mismatch) {
                guard case .string(let text) = item else { throw wrongKind("a permission string", item) }
                try PermissionSyntax.check(text, actions: actions)
            } catch {
                throw error.inside(index)
            }
        }
    }
}

/// The grammar of permission strings: `action("role")`.
enum PermissionSyntax {
    private static let example = "For example read(\"any\") or update(\"user:ID\")."

    /// Works on bytes throughout: this runs for every permission of every row that is written.
    static func check(_ text: String, actions: [String]) throws(Mismatch) {
        let bytes = text.utf8
        guard let open = bytes.firstIndex(of: UInt8(ascii: "(")),
            bytes[bytes.index(after: open)...].first == UInt8(ascii: "\""),
            bytes.suffix(2).elementsEqual("\")".utf8), bytes[open...].count >= 4
        else {
            throw Mismatch("must have the form action(\"role\")", hint: repaired(text, actions) ?? example)
        }
        let action = text[..<open]
        guard actions.contains(where: { $0 == action }) else {
            let near = Spelling.suggestions(for: String(action), among: actions)
            let start =
                action == "create" ? "can't have the action create here; it" : "has the unknown action '\(action)'; it"
            throw Mismatch(
                "\(start) must be one of \(actions.joined(separator: ", "))",
                hint: near.isEmpty ? nil : "Did you mean \(near[0])\(text[open...])?"
            )
        }
        try checkRole(text[bytes.index(open, offsetBy: 2)..<bytes.index(bytes.endIndex, offsetBy: -2)])
    }

    private static func checkRole(_ role: Substring) throws(Mismatch) {
        let slash = role.utf8.firstIndex(of: UInt8(ascii: "/"))
        let head = slash.map { role[..<$0] } ?? role
        let dimension = slash.map { role[role.utf8.index(after: $0)...] }
        let colon = head.utf8.firstIndex(of: UInt8(ascii: ":"))
        let name = colon.map { head[..<$0] } ?? head
        let id = colon.map { head[head.utf8.index(after: $0)...] }
        guard let rule = Rule.all.first(where: { $0.role == name }) else {
            let near =
                otherWords[String(name)] ?? Spelling.suggestions(for: String(name), among: Rule.all.map(\.role)).first
            throw Mismatch(
                "names the unknown role '\(role)'",
                hint: near.map { "Did you mean \"\($0)\"?" }
                    ?? "Roles are \(Rule.all.map(\.form).joined(separator: ", "))."
            )
        }
        switch (rule.id, id) {
        case (.none, _?):
            throw Mismatch("gives role '\(name)' an id, which it can't have", hint: "Write \"\(rule.form)\".")
        case (.some, nil): throw Mismatch("gives role '\(name)' no id", hint: "Write \"\(rule.form)\".")
        case (.id?, let id?) where !ID.isValid(String(id)), (.label?, let id?) where !isLabel(id):
            throw Mismatch(
                "has '\(id)' as the id of role '\(name)', which is no valid one",
                hint: "Write \"\(rule.form)\"."
            )
        default: break
        }
        switch (rule.dimension, dimension) {
        case (_, nil): return
        case (.verification, let word?) where word == "verified" || word == "unverified": return
        case (.teamRole, let word?) where ID.isValid(String(word)): return
        case (_, let word?):
            throw Mismatch("has '/\(word)' after role '\(name)', which is not allowed", hint: "Write \"\(rule.form)\".")
        }
    }

    private struct Rule {
        enum Identifier { case id, label }
        enum Dimension { case none, verification, teamRole }

        let role: String
        let id: Identifier?
        let dimension: Dimension
        /// How it is written, for messages.
        let form: String

        static let all = [
            Rule(role: "any", id: nil, dimension: .none, form: "any"),
            Rule(role: "guests", id: nil, dimension: .none, form: "guests"),
            Rule(role: "users", id: nil, dimension: .verification, form: "users"),
            Rule(role: "user", id: .id, dimension: .verification, form: "user:ID"),
            Rule(role: "team", id: .id, dimension: .teamRole, form: "team:ID"),
            Rule(role: "member", id: .id, dimension: .none, form: "member:ID"),
            Rule(role: "label", id: .label, dimension: .none, form: "label:NAME"),
        ]
    }

    private static func isLabel(_ text: Substring) -> Bool {
        (1...36).contains(text.utf8.count)
            && text.utf8.allSatisfy { 0x30...0x39 ~= $0 || 0x41...0x5A ~= $0 || 0x61...0x7A ~= $0 }
    }

    /// What people write for a role that has another name.
    private static let otherWords = [
        "*": "any", "all": "any", "public": "any", "everyone": "any", "anyone": "any", "world": "any",
        "anonymous": "guests", "guest": "guests", "role": "any", "authenticated": "users", "owner": "user:ID",
    ]

    /// The well-formed permission that a malformed one most likely means, such as `read(any)` and `read:any`.
    private static func repaired(_ text: String, _ actions: [String]) -> String? {
        let parts = text.split(maxSplits: 1) { "(:[ ".contains($0) }
        guard parts.count == 2, actions.contains(where: { $0 == parts[0].lowercased() }) else { return nil }
        let role = parts[1].filter { !"\"'()[] ".contains($0) }
        return role.isEmpty ? nil : "Did you mean \(parts[0].lowercased())(\"\(role)\")?"
    }
}
