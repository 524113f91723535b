import Values

/// What one try has come to.
struct DeliveryResult: Sendable {
    /// The id of the delivery.
    var id: String
    /// When it was begun.
    var at: Timestamp
    var milliseconds: Int64
    /// What the receiver has answered; nil for no answer.
    var status: Int?
    /// The beginning of the answer's body.
    var answer = ""
    /// Why there was no answer.
    var error = ""

    /// How much of an answer is kept, in bytes.
    static let keptBytes = 10_000

    /// Whether the receiver has taken it.
    var isSuccess: Bool { status.map { $0 < 400 } ?? false }

    /// As the log of a delivery keeps it.
    func json(attempt: Int64) -> JSON {
        var object: JSONObject = [
            "attempt": .int(attempt), "attemptedAt": .string(at.text), "duration": .int(milliseconds),
            "status": status.map { .int(Int64($0)) } ?? .null,
        ]
        if !error.isEmpty { object["error"] = .string(error) }
        return .object(object)
    }

    /// What a webhook tells of its last failure.
    func report(_ webhook: Webhook, events: [String]) -> String {
        let head = "URL: \(webhook.url)\nMethod: POST\n"
        guard let status else { return head + "Client Error: \(error)\nEvents: \(events.joined(separator: ", "))\n" }
        return head + "Status code: \(status)\nBody: \n\(answer)\n"
    }
}
