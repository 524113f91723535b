/// Secrets that tests make up, so that they are recognised wherever they come up: `.ci/run` looks for them in everything
/// that the tests print.
enum Planted {
    /// `scripts/check-secrets` looks for this with sixteen hexadecimal digits behind it.
    static let mark = "planted-"

    static func secret() -> String {
        mark + (0..<16).map { _ in String(Int.random(in: 0..<16), radix: 16) }.joined()
    }
}
