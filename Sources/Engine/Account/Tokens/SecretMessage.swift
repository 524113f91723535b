import Values

/// The words around a secret that is sent to a user.
struct SecretMessage: Sendable {
    /// As in the outbox, for example `recovery`.
    var purpose: String
    /// The words by e-mail; nil for what goes to phones only.
    var template: MailTemplate?
    /// What the secret is for, as the end of a sentence in a text message: `to sign in`.
    var aim: String
    /// Where a link leads that carries the secret; nil for a code that is typed in.
    var url: String?
    /// What the page shows that asked for it; empty for none.
    var phrase = ""

    /// Puts a message with a secret into the outbox, where it stays as long as the secret is good.
    func send(
        _ secret: String,
        to recipient: String,
        by kind: Outbox.Kind,
        for user: User,
        until expire: Timestamp,
        _ context: WriteContext
    ) throws {
        var details: JSONObject = ["userId": .string(user.id), "secret": .string(secret)]
        let link = url.map {
            URLText.adding([("userId", user.id), ("secret", secret), ("expire", expire.text)], to: $0)
        }
        if let link { details["url"] = .string(link) }
        if !phrase.isEmpty { details["phrase"] = .string(phrase) }
        if kind == .email, let template {
            var values: [MailTemplate.Place: String] = [.phrase: phrase, .expire: expire.text]
            values[link == nil ? .otp : .redirect] = link ?? secret
            let mail = Mail(template: template, purpose: purpose, values: values, details: details)
            return try mail.send(to: user, at: recipient, until: expire, context)
        }
        try Outbox.add(
            kind: kind,
            purpose: purpose,
            user: user.id,
            recipient: recipient,
            body: "Your code \(aim) is \(secret)",
            details: .object(details),
            expire: expire,
            context
        )
    }
}

extension ReadContext {
    /// Where the call wants a link in a message to lead; nil where it names nothing.
    /// - Throws: 400 `general_argument_invalid`.
    func link() throws -> String? {
        guard let url = call.optional("url")?.string, !url.isEmpty else { return nil }
        try checkHost(of: url, argument: "url")
        return url
    }

    /// The code that an address always gets, and without a message; nil for addresses to which messages go.
    func fixedCode(of address: String, _ channel: Channel) throws -> String? {
        guard channel == .phone else { return nil }
        return MockPhone.code(of: address, in: try session.settings(.mockPhones))
    }
}
