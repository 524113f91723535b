import Storage
import Values

/// The words of a mail in one language: those of the project, and the standard ones where it has none.
struct StoredTemplate: Sendable {
    let template: MailTemplate
    let locale: MailLocale
    /// nil where the project has set nothing.
    let row: StoredRow?

    static let table = IdentityTables.mailTemplates

    /// What the project can set.
    static let fields = ["subject", "message", "senderName", "senderEmail", "replyToEmail", "replyToName"]

    init(template: MailTemplate, locale: MailLocale, row: StoredRow?) {
        self.template = template
        self.locale = locale
        self.row = row
    }

    /// nil for a row of a mail that is not known here.
    init?(_ row: StoredRow) {
        let record = Record(row, Self.table)
        guard let template = MailTemplate(rawValue: record.string("template")),
            let locale = MailLocale(record.string("locale"))
        else { return nil }
        self.init(template: template, locale: locale, row: row)
    }

    static func id(_ template: MailTemplate, _ locale: MailLocale) -> String { "\(template.rawValue).\(locale.code)" }

    var subject: String { own("subject") ?? template.standard.subject }
    var message: String { own("message") ?? template.standard.message }

    /// Who the mail is from and who is answered, as far as that is set.
    var people: JSONObject {
        JSONObject(Self.fields.dropFirst(2).compactMap { name in own(name).map { (name, .string($0)) } })
    }

    var json: JSON {
        var object: JSONObject = [
            "templateId": .string(template.rawValue), "locale": .string(locale.code), "subject": .string(subject),
            "message": .string(message),
        ]
        for name in Self.fields.dropFirst(2) { object[name] = .string(own(name) ?? "") }
        return .object(object)
    }

    private func own(_ name: String) -> String? {
        row.flatMap { Record($0, Self.table)[name].string }.flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension ReadSession {
    /// The words of a mail in exactly this language.
    func mailTemplate(_ template: MailTemplate, in locale: MailLocale) throws -> StoredTemplate {
        let row = try row(StoredTemplate.id(template, locale), in: StoredTemplate.table)
        return StoredTemplate(template: template, locale: locale, row: row)
    }

    /// The words of a mail for somebody who wants this language: the project's own in it, in the language without its
    /// place, or in English; the standard ones where it has none of these.
    func mailTemplate(_ template: MailTemplate, for locale: MailLocale) throws -> StoredTemplate {
        let candidates = locale.candidates
        var query = RowQuery(limit: candidates.count)
        query.filters = [
            .compare("$id", .equal, candidates.map { .string(StoredTemplate.id(template, $0)) })
        ]
        let rows = try rows(query, in: StoredTemplate.table)
        for candidate in candidates {
            let id = StoredTemplate.id(template, candidate)
            if let row = rows.first(where: { $0.id == id }) {
                return StoredTemplate(template: template, locale: candidate, row: row)
            }
        }
        return StoredTemplate(template: template, locale: .standard, row: nil)
    }
}
