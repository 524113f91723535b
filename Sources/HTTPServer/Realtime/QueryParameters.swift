import Values

/// The parameters of an address, decoded, in their order.
enum QueryParameters {
    /// More than this are left out.
    private static let maximum = 2000

    /// - Parameter target: path and query, as a request line has them.
    static func all(of target: String) -> [(name: String, value: String)] {
        let query = URLText.parts(of: target).query.prefix { $0 != "#" }
        return URLText.pairs(of: query, maximum: maximum) {
            // A text whose escapes are broken stays as it is.
            URLText.decoded($0, plusIsSpace: true) ?? String(decoding: $0, as: UTF8.self)
        }
    }
}
