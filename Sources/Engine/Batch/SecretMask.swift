import Catalog
import Values

/// Takes out of what a rehearsal tells the secrets that were made in it, or read.
///
/// A rehearsal is undone, but a JWT and an ephemeral key work whatever becomes of the call that made them. A step may
/// repeat what it refers to in an earlier result, so a secret is masked wherever it comes up, not only in its own place.
struct SecretMask: Sendable {
    /// What stands in the place of a secret.
    static let text = "***"

    private var known: Set<String> = []
    /// Those that are looked for inside of other texts; longer ones first, because one may be part of another.
    private var sought: [String] = []

    /// How many characters a secret has at least that is looked for inside of other texts: a shorter one would be found
    /// where it is none.
    private static let shortest = 6

    var isEmpty: Bool { known.isEmpty }

    /// Takes note of the secrets of an answer, whose places the catalog names.
    mutating func learn(from response: Response, of operation: Operation) throws(AppError) {
        guard !operation.secrets.isEmpty else { return }
        known.formUnion(Self.secrets(in: try response.value, of: operation))
        sought = known.filter { $0.utf8.count >= Self.shortest }.sorted { ($0.utf8.count, $0) > ($1.utf8.count, $1) }
    }

    /// What the places that the catalog names hold in an answer.
    static func secrets(in answer: JSON, of operation: Operation) -> [String] {
        operation.secrets.flatMap { texts(answer, $0.tokens[...]) }
    }

    private static func texts(_ value: JSON, _ tokens: ArraySlice<String>) -> [String] {
        guard let token = tokens.first else { return value.string.flatMap { $0.isEmpty ? nil : [$0] } ?? [] }
        guard token == "*" else { return value[token].map { texts($0, tokens.dropFirst()) } ?? [] }
        let inner = value.array ?? value.object?.members.map(\.value) ?? []
        return inner.flatMap { texts($0, tokens.dropFirst()) }
    }

    /// A text without secrets.
    func masked(_ text: String) -> String {
        if known.contains(text) { return Self.text }
        return sought.reduce(text) { text, secret in text.replacing(secret, with: Self.text) }
    }

    /// An answer without secrets.
    func masked(_ response: Response) throws(AppError) -> Response { Response(masked(try response.value)) }

    /// A record of the event log without secrets.
    func masked(_ record: [UInt8]) -> [UInt8] {
        guard let json = try? JSON(parsing: record) else { return record }
        return masked(json).encoded
    }

    func masked(_ error: AppError) -> AppError { isEmpty ? error : error.mapped(masked) }

    private func masked(_ value: JSON) -> JSON {
        switch value {
        case .string(let text): return .string(masked(text))
        case .array(let items): return .array(items.map(masked))
        case .object(let object): return .object(JSONObject(object.members.map { ($0.key, masked($0.value)) }))
        default: return value
        }
    }
}
