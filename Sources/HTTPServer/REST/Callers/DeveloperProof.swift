import Engine
import HTTPTypes
import Values

/// The developer key that a request shows, with the name of the program that shows it.
struct DeveloperProof: Sendable {
    /// nil where it shows none.
    let secret: String?
    let sdk: String

    /// - Parameter parameter: the key as it stands in the address, where a browser can set no headers.
    init(_ fields: HTTPFields, parameter: String? = nil) {
        let given = [fields[.appwriteDevKey], parameter].compactMap { $0 }
        secret = given.first { !$0.isEmpty }
        sdk = fields[.sdkName].flatMap { Self.isName($0) ? $0 : nil } ?? ""
    }

    /// Whether it is good for a project.
    /// - Throws: 503 `store_unavailable`.
    func isGood(for engine: Engine) async throws(AppError) -> Bool {
        guard let secret else { return false }
        return try await engine.knowsDeveloper(key: secret, sdk: sdk)
    }

    /// Names are kept and shown, so they are short and hold nothing but letters, digits and a few marks.
    private static func isName(_ text: String) -> Bool {
        (1...40).contains(text.utf8.count)
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || marks.contains($0)) }
    }

    private static let marks: Set<Character> = [" ", ".", "_", "-"]
}
