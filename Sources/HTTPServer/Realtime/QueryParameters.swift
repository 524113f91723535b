import Values

/// The parameters of an address, decoded, in their order.
enum QueryParameters {
    /// More than this are left out.
    private static let maximum = 2000

    /// - Parameter target: path and query, as a request line has them.
    static func all(of target: String) -> [(name: String, value: String)] {
        let query = URLText.parts(of: target).query.prefix { $0 != "#" }
        return URLText.pairs(of: query).prefix(maximum).map { (decoded($0.name), decoded($0.value)) }
    }

    /// A text without its escapes; one whose escapes are broken stays as it is.
    private static func decoded(_ text: Substring) -> String {
        URLText.decoded(text, plusIsSpace: true) ?? String(text)
    }
}
