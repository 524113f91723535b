import Values

/// Permission strings such as `read("any")`, whose grammar the catalog has checked.
enum Permissions {
    /// The list with `write` replaced by what it stands for and repetitions removed, in the order given.
    static func expanded(_ list: [String], for actions: [Action]) -> [String] {
        var result: [String] = []
        for permission in list {
            let role = role(permission)
            let expanded =
                permission.hasPrefix("write(")
                ? actions.filter { $0 != .read }.map { $0.permission(role) } : ["\(action(permission))(\"\(role)\")"]
            for item in expanded where !result.contains(item) { result.append(item) }
        }
        return result
    }

    /// The actions that a row's permissions may name.
    static let rowActions: [Action] = [.read, .update, .delete]

    static func role(_ permission: String) -> String {
        permission.split(separator: "\"", omittingEmptySubsequences: false).dropFirst().first.map(String.init) ?? ""
    }

    static func action(_ permission: String) -> String {
        permission.split(separator: "(").first.map(String.init) ?? ""
    }

    /// The roles to which permissions open an action, in their order.
    static func roles(_ list: [String], _ action: Action) -> [String] {
        list.filter { Self.action($0) == action.rawValue }.map(role)
    }
}
