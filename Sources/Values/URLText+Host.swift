extension URLText {
    /// The name of the host to which a web address leads, in lower case.
    ///
    /// - Returns: nil for what is no `http` or `https` address, or where programs differ about where it leads.
    package static func host(of address: String) -> String? {
        guard let scheme = ["https://", "http://"].first(where: { address.lowercased().hasPrefix($0) }),
            !address.contains("\\")
        else { return nil }
        let authority = address.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard let host = authority.split(separator: "@", omittingEmptySubsequences: false).last else { return nil }
        let name = host.prefix { $0 != ":" }.lowercased()
        return Formats.isHostname(name) ? name : nil
    }
}
