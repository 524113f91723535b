import Values

/// What a provider says of a user.
struct OAuth2Profile: Sendable, Equatable {
    /// The id that the user has there.
    var id: String
    /// In lower case; empty where there is none.
    var email: String
    /// Whether the provider says that the address is the user's own.
    var isVerified: Bool
    var name: String

    private static let longestID = 255
    private static let longestName = 128

    /// - Parameter emails: the list of addresses, where the provider has one.
    /// - Returns: nil where the answer names nobody.
    init?(_ facts: JSON, _ flow: OAuth2Flow, emails: JSON?) {
        guard let id = facts.text(flow.facts.id), id.utf8.count <= Self.longestID else { return nil }
        self.id = id
        name = String((facts.text(flow.facts.name) ?? "").prefix(Self.longestName))
        var address = facts.text(flow.facts.email)
        var isVerified =
            switch flow.facts.verified {
            case .never: false
            case .always: true
            case .when(let place): facts.isTrue(place)
            case .present(let place): facts.text([place]) != nil
            }
        if let rule = flow.emails {
            let list = emails?.at(rule.list)?.array ?? []
            let verified = list.filter { $0.isTrue(rule.isVerified) }
            let best = [verified, list].lazy.compactMap { some in
                some.first { $0.isTrue(rule.isPrimary) } ?? some.first
            }.first
            address = best?.text([rule.email])
            isVerified = best?.isTrue(rule.isVerified) ?? false
        }
        let email = address?.lowercased() ?? ""
        self.email = Formats.isEmail(email) ? email : ""
        self.isVerified = isVerified && !self.email.isEmpty
    }
}

extension JSON {
    fileprivate func at(_ pointer: String) -> JSON? {
        (try? JSONPointer(parsing: pointer)).flatMap { self[$0] }
    }

    /// The first text or whole number at one of these places that is not empty.
    fileprivate func text(_ places: [String]) -> String? {
        for place in places {
            switch at(place) {
            case .string(let text)? where !text.isEmpty: return text
            case .int(let number)?: return String(number)
            default: continue
            }
        }
        return nil
    }

    /// Providers write true in three ways.
    fileprivate func isTrue(_ place: String) -> Bool { [true, 1, "true"].contains(at(place) ?? false) }
}
