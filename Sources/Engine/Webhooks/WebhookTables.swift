import Storage

/// The tables of webhooks, and of what is to be told to them and was.
enum WebhookTables {
    /// `uid` tells a webhook from a later one of the same id. `attempts` counts deliveries in a row that were given up.
    static let webhooks = TableLayout.system(
        "webhooks",
        [
            ColumnLayout("uid", .text), ColumnLayout("name", .text), ColumnLayout("url", .text),
            ColumnLayout("events", .text, isArray: true), ColumnLayout("enabled", .boolean),
            ColumnLayout("tls", .boolean), ColumnLayout("authUsername", .text),
            ColumnLayout("authPassword", .text, seal: "webhooks.authPassword"),
            ColumnLayout("secret", .text, seal: "webhooks.secret"), ColumnLayout("logs", .text),
            ColumnLayout("attempts", .integer),
        ]
    )

    /// One event for one webhook, and what became of it.
    ///
    /// `webhook` is the webhook's `uid`. `lane` is the same for what must be told in order, and null once the delivery is
    /// over. `due` is when it may be tried, or be taken over from `owner`. `followed` says that others may wait behind it.
    /// `trace` is how the call that caused it is told to the receiver, see ``TraceContext/text``.
    static let deliveries = TableLayout.system(
        "deliveries",
        [
            ColumnLayout("webhook", .text), ColumnLayout("webhookId", .text), ColumnLayout("lane", .text),
            ColumnLayout("resource", .text), ColumnLayout("event", .text), ColumnLayout("ids", .text, isArray: true),
            ColumnLayout("actor", .text), ColumnLayout("payload", .text, seal: "deliveries.payload"),
            ColumnLayout("state", .text), ColumnLayout("attempts", .integer), ColumnLayout("due", .datetime),
            ColumnLayout("owner", .text), ColumnLayout("followed", .boolean), ColumnLayout("tries", .json),
            ColumnLayout("answer", .text), ColumnLayout("trace", .text),
        ]
    )

    static let all: [SystemTable] = [
        .optional(webhooks, [.key("uid")]),
        .optional(deliveries, [.key("webhook", "state", "due"), .key("lane")]),
    ]
}
