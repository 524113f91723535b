import Values

extension Policies.MembershipPrivacy {
    /// A membership without what may not be known of its user.
    func openPart(of membership: JSON) -> JSON {
        guard case .object(var object) = membership else { return membership }
        let hidden: [(key: String, isOpen: Bool, nothing: JSON)] = [
            ("userId", userID, ""), ("userName", userName, ""), ("userEmail", userEmail, ""),
            ("userPhone", userPhone, ""), ("mfa", userMFA, false), ("userAccessedAt", userAccessedAt, ""),
        ]
        for (key, isOpen, nothing) in hidden where !isOpen && object[key] != nil { object[key] = nothing }
        return .object(object)
    }
}
