/// A pattern of events as a webhook keeps it. One that begins with a table or a collection is about every database.
struct WebhookPattern: Sendable, Hashable {
    /// As the owner of the webhook wrote it.
    let text: String

    init(_ text: String) { self.text = text }

    /// As events are matched with it.
    var full: String {
        text.hasPrefix("collections.") || text.hasPrefix("tables.") ? "databases.*." + text : text
    }
}
