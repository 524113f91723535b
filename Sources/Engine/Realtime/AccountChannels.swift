/// The channel `account`, which is another one for every user.
enum AccountChannels {
    /// The channels under which somebody hears what it has asked for: none for the account of another user.
    static func names(_ channel: String, for listener: Listener) -> [String] {
        guard listener != .key, channel == "account" || channel.hasPrefix("account.") else { return [channel] }
        let rest = channel.dropFirst("account.".count)
        guard let user = listener.user else { return rest.isEmpty || isAction(rest) ? [channel] : [] }
        if rest.isEmpty { return channel == "account" ? [channel, "account.\(user)"] : [] }
        if isAction(rest) { return ["account.\(user).\(rest)"] }
        return isAbout(rest, user) ? [channel] : []
    }

    /// What was asked for by one user as its successor on the same connection means it.
    static func rebound(_ channel: String, from old: Listener, to new: Listener) -> String {
        guard let old = old.user, let new = new.user, channel.hasPrefix("account.") else { return channel }
        let rest = channel.dropFirst("account.".count)
        guard !isAction(rest), isAbout(rest, old) else { return channel }
        return "account.\(new)\(rest.dropFirst(old.count))"
    }

    private static func isAbout(_ rest: Substring, _ user: String) -> Bool {
        guard rest.hasPrefix(user) else { return false }
        let tail = rest.dropFirst(user.count)
        return tail.isEmpty || tail.first == "." && isAction(tail.dropFirst())
    }

    private static func isAction(_ text: Substring) -> Bool { EventPath.plainActions.contains(String(text)) }
}
