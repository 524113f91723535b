import Values

/// The kinds of mails that are sent to users, each with its words, as callers name them.
enum MailTemplate: String, Sendable, CaseIterable {
    case verification, magicSession, recovery, invitation, mfaChallenge, sessionAlert, otpSession

    /// What stands for something of the single mail in a template, written `{{name}}`.
    enum Place: String, Sendable {
        /// The id of the project.
        case project
        /// The name of the user, or its address where it has none.
        case user
        /// The address to which the mail goes.
        case email
        /// The link that carries the secret.
        case redirect
        /// The code.
        case otp
        /// Words that the page shows too that asked for the mail.
        case phrase
        /// Until when the link or the code is good.
        case expire
        case team
        /// What somebody has signed in with, from which address, and when.
        case device, ip, time
    }

    /// The words where the project has none of its own: HTML, and the subject as text.
    var standard: (subject: String, message: String) {
        switch self {
        case .verification: ("Is this your address?", Self.secret("to confirm your e-mail address"))
        case .magicSession: ("Sign in", Self.secret("to sign in"))
        case .recovery: ("Choose a new password", Self.secret("to choose a new password"))
        case .otpSession, .mfaChallenge: ("Your code", Self.secret("to sign in"))
        case .invitation:
            (
                "Invitation to {{team}}",
                "<p>You are invited to the team {{team}}. Follow this link to join it: \(Self.link)</p>"
            )
        case .sessionAlert:
            (
                "A new sign-in",
                """
                <p>Somebody has signed in to your account on {{time}}.</p>
                <p>Device: {{device}}</p>
                <p>Address: {{ip}}</p>
                <p>If that was you, there is nothing to do. If not, choose another password and end the other \
                sessions.</p>
                """
            )
        }
    }

    private static let link = "<a href=\"{{redirect}}\">{{redirect}}</a>"

    /// - Parameter aim: what the secret is for, as the end of a sentence.
    private static func secret(_ aim: String) -> String {
        """
        <p>Follow this link \(aim): \(link)</p>
        <p>Your code \(aim) is {{otp}}</p>
        <p>The page that asked for it shows the words "{{phrase}}". Trust no other.</p>
        <p>It is good until {{expire}}. If you have not asked for it, there is nothing to do.</p>
        """
    }
}
