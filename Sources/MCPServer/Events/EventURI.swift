import Values

/// The URI of a resource: of something that events arrive at.
struct EventURI: Sendable, Hashable {
    enum Target: Sendable, Hashable {
        /// A subscription that is kept in the store, by its id.
        case subscription(String)
        /// Channels, from the moment on at which the client first asks for them.
        case channels([String])
    }

    /// As the client wrote it; notifications repeat it.
    let text: String
    let target: Target

    private static let subscriptions = "tandem://realtime/subscriptions/"
    private static let channels = "tandem://realtime/channels/"
    /// As templates write it, with the channels separated by commas.
    static let channelTemplate = channels + "{channels}"
    private static let maximumLength = 4096

    init(subscription id: String) {
        text = Self.subscriptions + id
        target = .subscription(id)
    }

    /// nil for what is the URI of no resource.
    init?(_ text: String) {
        guard text.utf8.count <= Self.maximumLength else { return nil }
        self.text = text
        if text.hasPrefix(Self.subscriptions) {
            let id = String(text.dropFirst(Self.subscriptions.count))
            guard ID.isValid(id) else { return nil }
            target = .subscription(id)
        } else if text.hasPrefix(Self.channels) {
            let names = text.dropFirst(Self.channels.count).utf8.split(
                separator: UInt8(ascii: ","),
                omittingEmptySubsequences: false
            )
            let channels = names.compactMap { Self.decoded($0) }
            guard channels.count == names.count else { return nil }
            target = .channels(channels)
        } else {
            return nil
        }
    }

    /// What `realtime.wait` is asked, to answer at once.
    /// - Parameter cursor: from where on; nil for where a subscription is, and for now.
    func question(from cursor: String?) -> JSONObject {
        var arguments: JSONObject = ["timeout": 0]
        switch target {
        case .subscription(let id): arguments["subscriptionId"] = .string(id)
        case .channels(let channels): arguments["channels"] = JSON(channels)
        }
        if let cursor { arguments["cursor"] = .string(cursor) }
        return arguments
    }

    /// The text of a part of a URI; nil when it is empty, or has a bad escape.
    private static func decoded(_ part: Substring.UTF8View) -> String? {
        let marks: [UInt8] = [UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#")]
        guard !part.isEmpty, !part.contains(where: { $0 <= 0x20 || marks.contains($0) }) else { return nil }
        return URLText.decoded(Substring(part))
    }
}
