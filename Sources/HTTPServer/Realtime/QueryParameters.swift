/// The parameters of an address, decoded, in their order.
enum QueryParameters {
    /// More than this are left out.
    private static let maximum = 2000

    /// - Parameter target: path and query, as a request line has them.
    static func all(of target: String) -> [(name: String, value: String)] {
        guard let mark = target.firstIndex(of: "?") else { return [] }
        let query = target[target.index(after: mark)...].prefix { $0 != "#" }
        return query.split(separator: "&").prefix(maximum).map { part in
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (decoded(pair[0]), pair.count == 2 ? decoded(pair[1]) : "")
        }
    }

    /// A text without its escapes; one whose escapes are broken stays as it is.
    private static func decoded(_ text: Substring) -> String {
        PercentText.decoded(text, plusIsSpace: true) ?? String(text)
    }
}
