import Values

/// A way to show for a second time who one is.
enum Factor: String, Sendable, CaseIterable {
    /// The code of an authenticator app.
    case totp
    case email, phone
    /// One of the codes that were written down for the day when nothing else is at hand.
    case recoveryCode

    /// By which address codes are sent; nil where none are.
    var channel: Channel? {
        switch self {
        case .email: .email
        case .phone: .phone
        case .totp, .recoveryCode: nil
        }
    }
}
