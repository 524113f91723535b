package import Values

/// A user whom somebody names to act as, by one of the things that are one user's only.
package enum UserReference: Sendable, Hashable {
    case id(String)
    case email(String)
    case phone(String)

    /// What was given of the three; nil where nothing was.
    /// - Throws: 400 `general_argument_invalid` for more than one.
    package init?(id: String?, email: String?, phone: String?) throws(AppError) {
        let given: [Self] = [id.map { .id($0) }, email.map { .email($0) }, phone.map { .phone($0) }].compactMap { $0 }
        guard let first = given.first else { return nil }
        guard given.count == 1 else {
            throw AppError(
                .generalArgumentInvalid,
                "The request names \(given.count) users to act as, by id, e-mail address or phone number.",
                hint: "Name one of them."
            )
        }
        self = first
    }
}

/// Somebody who has signed in and acts as another user of the project.
///
/// Everything is decided by the rights of that user. Who it really is stands in the event log, and is looked at anew in
/// the session of each call.
package struct Impersonation: Sendable, Hashable {
    /// The user who acts as another one.
    package let impersonator: String
    /// The session in which it does; nil for one who has shown a JWT that belongs to none.
    package let session: String?
    /// The user as whom it acts.
    package let user: String

    /// The impersonator as an actor of its own.
    var own: Actor { session.map { .session(user: impersonator, id: $0) } ?? .user(impersonator) }
}

/// Who acts as another user, as far as a call needs to know.
struct Impersonator: Sendable {
    let user: String
    let session: Identity.Session?
}
