import HTTPTypes

/// The release whose shapes of requests and answers a client knows, as `X-Appwrite-Response-Format` says it.
struct FormatVersion: Comparable, CustomStringConvertible {
    private let parts: [Int]

    /// nil for what is not three numbers with dots between them.
    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { part -> Int? in
            part.utf8.allSatisfy { (0x30...0x39).contains($0) } && part.utf8.count <= 5 ? Int(part) : nil
        }
        guard parts.count == 3, !parts.contains(nil) else { return nil }
        self.parts = parts.compactMap { $0 }
    }

    /// What a client asks for; nil for one that says nothing, or nothing that can be read, and so means the present one.
    init?(_ fields: HTTPFields) {
        guard let text = fields[.appwriteResponseFormat] else { return nil }
        self.init(text)
    }

    /// The one that is spoken.
    static let present = FormatVersion(ErrorBody.version)!

    var description: String { parts.map { String($0) }.joined(separator: ".") }

    static func < (left: FormatVersion, right: FormatVersion) -> Bool {
        left.parts.lexicographicallyPrecedes(right.parts)
    }
}
