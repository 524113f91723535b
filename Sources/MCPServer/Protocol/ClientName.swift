import Values

/// What a client says of itself, as one word with its version: `editor/1.2.0`.
enum ClientName {
    private static let longest = 100

    /// - Parameter info: the object that clients send; whatever it is, it does no harm.
    static func text(_ info: JSON?) -> String {
        let parts = ["name", "version"].compactMap { info?[$0]?.string }.filter { !$0.isEmpty }
        let printable = parts.joined(separator: "/").unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }
        return String(String.UnicodeScalarView(printable.prefix(longest)))
    }
}
