import Values

/// The rules for passwords, sessions, users, memberships and factors that are in force.
struct Policies: Sendable, Equatable {
    /// Whether the most common passwords are refused.
    let passwordDictionary: Bool
    /// How many old passwords of a user are refused; 0 for none.
    let passwordHistory: Int
    let passwordStrength: PasswordStrength
    /// Whether passwords with the user's id, name, e-mail address or phone number in them are refused.
    let passwordPersonalData: Bool
    /// Whether users get an e-mail about each new session but their first.
    let sessionAlert: Bool
    /// For how many seconds a new session is good.
    let sessionDuration: Int64
    /// Whether a new password ends the user's other sessions.
    let sessionInvalidation: Bool
    /// How many sessions a user has at most.
    let sessionLimit: Int
    /// How many users may sign up; 0 for any number.
    let userLimit: Int
    let membershipPrivacy: MembershipPrivacy
    let mfaFactors: MFAFactors

    struct PasswordStrength: Sendable, Equatable {
        /// The least number of characters.
        var min: Int
        var uppercase: Bool
        var lowercase: Bool
        var number: Bool
        var symbols: Bool
    }

    /// What members of a team see of each other.
    struct MembershipPrivacy: Sendable, Equatable {
        var userID: Bool
        var userEmail: Bool
        var userPhone: Bool
        var userName: Bool
        var userMFA: Bool
        var userAccessedAt: Bool

        /// What keys see, and everybody of itself.
        static let everything = MembershipPrivacy(
            userID: true,
            userEmail: true,
            userPhone: true,
            userName: true,
            userMFA: true,
            userAccessedAt: true
        )
    }

    /// Which second factors can be used.
    struct MFAFactors: Sendable, Equatable {
        var totp: Bool
        var email: Bool
        var phone: Bool
        var custom: Bool
    }

    /// - Parameter stored: what was set, by the ids of the policies.
    init(_ stored: JSONObject) {
        func enabled(_ policy: Policy) -> Bool { policy.inForce(stored)["enabled"]?.bool ?? false }
        func number(_ policy: Policy, _ name: String = "total") -> Int64 { policy.inForce(stored)[name]?.int ?? 0 }
        passwordDictionary = enabled(.passwordDictionary)
        passwordHistory = Int(number(.passwordHistory))
        passwordPersonalData = enabled(.passwordPersonalData)
        sessionAlert = enabled(.sessionAlert)
        sessionDuration = number(.sessionDuration, "duration")
        sessionInvalidation = enabled(.sessionInvalidation)
        sessionLimit = Int(number(.sessionLimit))
        userLimit = Int(number(.userLimit))
        let strength = Policy.passwordStrength.inForce(stored)
        passwordStrength = PasswordStrength(
            min: Int(strength["min"]?.int ?? 0),
            uppercase: strength["uppercase"] == true,
            lowercase: strength["lowercase"] == true,
            number: strength["number"] == true,
            symbols: strength["symbols"] == true
        )
        let privacy = Policy.membershipPrivacy.inForce(stored)
        membershipPrivacy = MembershipPrivacy(
            userID: privacy["userId"] == true,
            userEmail: privacy["userEmail"] == true,
            userPhone: privacy["userPhone"] == true,
            userName: privacy["userName"] == true,
            userMFA: privacy["userMFA"] == true,
            userAccessedAt: privacy["userAccessedAt"] == true
        )
        let factors = Policy.mfaFactors.inForce(stored)
        mfaFactors = MFAFactors(
            totp: factors["totp"] == true,
            email: factors["email"] == true,
            phone: factors["phone"] == true,
            custom: factors["custom"] == true
        )
    }
}
