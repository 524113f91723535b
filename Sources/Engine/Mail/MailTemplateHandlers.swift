import Storage
import Values

/// `project.listEmailTemplates`, `getEmailTemplate`, `updateEmailTemplate`, `deleteEmailTemplate`: the words of the mails
/// that users get; and `console.getEmailTemplate`, the words that they have by themselves.
enum MailTemplateHandlers {
    static let all: [Handler] = [list, get, update, delete, standard]

    private static let table = StoredTemplate.table

    private static let list = Handler.read("project.listEmailTemplates") { context in
        try templates.answer(context, items: { rows in rows.compactMap { StoredTemplate($0)?.json } })
    }

    private static let templates = SystemList(
        table,
        name: "templates",
        idField: "$id",
        fields: [("templateId", "template"), ("locale", "locale")]
    )

    private static let get = Handler.read("project.getEmailTemplate", prepare: { try Named($0) }) { named, context in
        try context.session.mailTemplate(named.template, in: named.locale).json
    }

    private static let update = Handler.write(
        "project.updateEmailTemplate",
        prepare: { call in (named: try Named(call), changes: try changes(call)) }
    ) { input, context in
        let id = input.named.id
        if try context.session.row(id, in: table) != nil {
            try context.change(id, input.changes, in: table)
        } else {
            var fields: JSONObject = [
                "template": .string(input.named.template.rawValue), "locale": .string(input.named.locale.code),
            ]
            fields.members += input.changes.members
            try context.insert(id, fields, into: table)
        }
        return try context.session.mailTemplate(input.named.template, in: input.named.locale).json
    }

    private static let delete = Handler.write("project.deleteEmailTemplate", prepare: { try Named($0) }) {
        named,
        context in
        guard try context.writer.delete(named.id, from: table) else {
            throw AppError(
                .projectTemplateDefaultDeletion,
                "The template '\(named.template.rawValue)' has no words of its own in '\(named.locale.code)'.",
                argument: "templateId",
                hint: "project.listEmailTemplates shows those that have some."
            )
        }
        return StoredTemplate(template: named.template, locale: named.locale, row: nil).json
    }

    private static let standard = Handler.read("console.getEmailTemplate", prepare: { try Named($0) }) { named, _ in
        StoredTemplate(template: named.template, locale: named.locale, row: nil).json
    }

    /// Which template a call is about.
    private struct Named: Sendable {
        let template: MailTemplate
        let locale: MailLocale

        var id: String { StoredTemplate.id(template, locale) }

        init(_ call: Call) throws(AppError) {
            let text = call.optional("locale")?.string ?? MailLocale.standard.code
            guard let locale = MailLocale(text) else {
                throw AppError(
                    .generalArgumentInvalid,
                    "'\(text)' is no language.",
                    argument: "locale",
                    hint: "Write a language such as \"de\", or one of a place such as \"pt-br\"."
                )
            }
            // The catalog lets no other word through.
            template = MailTemplate(rawValue: call.string("templateId"))!
            self.locale = locale
        }
    }

    /// What a call sets. null stands for what there is without the project's own words.
    private static func changes(_ call: Call) throws(AppError) -> JSONObject {
        var changes = JSONObject()
        for name in StoredTemplate.fields {
            guard let value = call.arguments[name] else { continue }
            // These become lines of the head of a mail.
            let isLine = name != "message"
            let hasControl = value.string?.unicodeScalars.contains { $0.properties.generalCategory == .control } == true
            guard !isLine || !hasControl else {
                throw AppError(
                    .generalArgumentInvalid,
                    "'\(name)' must be one line of text.",
                    argument: "\(name)",
                    hint: "Leave out line breaks and other control characters."
                )
            }
            changes[name] = value
        }
        return changes
    }
}
