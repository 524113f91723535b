import Values

/// One policy: its values by name, each with what holds while nothing is set.
struct Policy: Sendable {
    /// As callers write it.
    let id: String
    /// The operation that sets it.
    let operation: String
    let values: [(name: String, standard: JSON)]

    init(_ id: String, _ operation: String, _ values: KeyValuePairs<String, JSON>) {
        self.id = id
        self.operation = "project.update\(operation)Policy"
        self.values = values.map { ($0.key, $0.value) }
    }

    static let passwordDictionary = Policy("password-dictionary", "PasswordDictionary", ["enabled": false])
    static let passwordHistory = Policy("password-history", "PasswordHistory", ["total": 0])
    static let passwordStrength = Policy(
        "password-strength",
        "PasswordStrength",
        ["min": 8, "uppercase": false, "lowercase": false, "number": false, "symbols": false]
    )
    static let passwordPersonalData = Policy("password-personal-data", "PasswordPersonalData", ["enabled": false])
    static let sessionAlert = Policy("session-alert", "SessionAlert", ["enabled": false])
    static let sessionDuration = Policy("session-duration", "SessionDuration", ["duration": 31_536_000])
    static let sessionInvalidation = Policy("session-invalidation", "SessionInvalidation", ["enabled": true])
    static let sessionLimit = Policy("session-limit", "SessionLimit", ["total": 10])
    static let userLimit = Policy("user-limit", "UserLimit", ["total": 0])
    static let membershipPrivacy = Policy(
        "membership-privacy",
        "MembershipPrivacy",
        [
            "userId": false, "userEmail": false, "userPhone": false, "userName": false, "userMFA": false,
            "userAccessedAt": false,
        ]
    )
    static let mfaFactors = Policy(
        "mfa-factors",
        "MFAFactors",
        ["totp": true, "email": true, "phone": true, "custom": false]
    )

    static let all = [
        passwordDictionary, passwordHistory, passwordStrength, passwordPersonalData, sessionAlert, sessionDuration,
        sessionInvalidation, sessionLimit, userLimit, membershipPrivacy, mfaFactors,
    ]

    /// The values in force.
    /// - Parameter stored: what was set of all policies, by their ids.
    func inForce(_ stored: JSONObject) -> JSONObject {
        let own = stored[id]
        return JSONObject(values.map { ($0.name, own?[$0.name] ?? $0.standard) })
    }

    /// As it is answered.
    func json(_ stored: JSONObject) -> JSON {
        var object: JSONObject = ["$id": .string(id)]
        object.members += inForce(stored).members
        return .object(object)
    }

    /// Keeps the values that a call gives; null goes back to what holds at first.
    func set(_ arguments: JSONObject, in stored: inout JSONObject) {
        var own = stored[id]?.object ?? [:]
        for (name, _) in values {
            guard let value = arguments[name] else { continue }
            if value.isNull { own[name] = nil } else { own[name] = value }
        }
        stored[id] = .object(own)
    }
}
