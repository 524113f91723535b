import Values

/// A mail to a user, in the words of the project.
struct Mail: Sendable {
    var template: MailTemplate
    /// As in the outbox, for example `recovery`.
    var purpose: String
    /// What stands in the places of the template, besides what is known of the user.
    var values: [MailTemplate.Place: String]
    /// The same for programs.
    var details: JSONObject

    /// Puts the mail into the outbox.
    /// - Parameters:
    ///   - recipient: its address.
    ///   - expire: when what it holds is good for nothing any more.
    func send(to user: User, at recipient: String, until expire: Timestamp, _ context: WriteContext) throws {
        let words = try context.session.mailTemplate(template, for: MailLocale(context.call.client.locale) ?? .standard)
        var values = values
        values[.project] = context.pipeline.project
        values[.user] = user.name.isEmpty ? recipient : user.name
        values[.email] = recipient
        let text = MailText(values)
        let html = text.message(words.message)
        var details = details
        if words.row != nil {
            details.members += words.people.members
            details["html"] = .string(html)
        }
        try Outbox.add(
            kind: .email,
            purpose: purpose,
            user: user.id,
            recipient: recipient,
            subject: text.subject(words.subject),
            body: MailPlainText.of(html),
            details: .object(details),
            expire: expire,
            context
        )
    }
}
