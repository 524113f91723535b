import Values

/// The words around a secret that is sent to a user.
struct SecretMessage: Sendable {
    /// As in the outbox, for example `recovery`.
    var purpose: String
    var subject: String
    /// What the secret is for, as the end of a sentence: `to sign in`.
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
        for user: String,
        until expire: Timestamp,
        _ context: WriteContext
    ) throws {
        var details: JSONObject = ["userId": .string(user), "secret": .string(secret)]
        var lines: [String] = []
        if let url {
            let link = URLText.adding([("userId", user), ("secret", secret), ("expire", expire.text)], to: url)
            details["url"] = .string(link)
            lines.append("Follow this link \(aim): \(link)")
        } else {
            lines.append("Your code \(aim) is \(secret)")
        }
        if !phrase.isEmpty {
            details["phrase"] = .string(phrase)
            lines.append("The page that asked for it shows the words \"\(phrase)\". Trust no other.")
        }
        if kind == .email {
            lines.append("It is good until \(expire.text). If you have not asked for it, there is nothing to do.")
        }
        try Outbox.add(
            kind: kind,
            purpose: purpose,
            user: user,
            recipient: recipient,
            subject: kind == .email ? subject : "",
            body: lines.joined(separator: "\n"),
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
