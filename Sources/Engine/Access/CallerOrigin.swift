import Values

/// Where a program says that it comes from, in the header `Origin`.
enum CallerOrigin: Equatable {
    /// A page, or an app made of pages, by its host in lower case.
    case page(host: String)
    /// An app, by its type and what apps of that type are known by.
    case app(type: String, id: String)

    /// nil for what names nobody, as `null`.
    init?(_ header: String) {
        if let host = URLText.host(of: header) {
            self = .page(host: host)
            return
        }
        guard let colon = header.firstIndex(of: ":"), header[colon...].hasPrefix("://") else { return nil }
        let scheme = header[..<colon].lowercased()
        let rest = header[colon...].dropFirst(3)
        if let type = Self.types[scheme] {
            guard !rest.isEmpty else { return nil }
            self = .app(type: type, id: String(rest))
            return
        }
        // Apps made of pages, and extensions of browsers, have schemes of their own. An address of a site that could
        // not be read is none of these.
        let host = rest.prefix { $0 != ":" && $0 != "/" }.lowercased()
        guard scheme != "http", scheme != "https", Formats.isHostname(host) else { return nil }
        self = .page(host: host)
    }

    /// The schemes by which SDKs for apps name them, with the types of their platforms.
    private static let types = [
        "appwrite-android": "android", "appwrite-ios": "apple", "appwrite-macos": "apple", "appwrite-tvos": "apple",
        "appwrite-watchos": "apple", "appwrite-visionos": "apple", "appwrite-windows": "windows",
        "appwrite-linux": "linux",
    ]
}
