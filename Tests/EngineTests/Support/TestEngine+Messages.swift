import Values

@testable import Engine

extension TestEngine {
    /// The message that was sent last; null where none waits.
    func newestMessage() async throws -> JSON {
        let queries: JSON = .array([query("orderDesc", "$sequence"), query("limit", nil, 1)])
        return try await call("outbox.list", ["queries": queries])["messages"]?.array?.first ?? .null
    }

    /// The secret of the message that was sent last.
    func newestSecret() async throws -> String { try await newestMessage()["details"]?["secret"]?.string ?? "" }

    /// Whether an event holds a text.
    func eventsTell(_ text: String) async throws -> Bool {
        try await events().contains { String(decoding: $0.encoded, as: UTF8.self).contains(text) }
    }
}
