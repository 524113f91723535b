import Storage
import Testing
import Values

@testable import Engine

@Suite("Policies of a project")
struct PolicyTests {
    /// One policy: what holds at first, a call that sets it, and what holds then.
    struct Case: Sendable, CustomTestStringConvertible {
        var id: String
        var first: JSONObject
        var operation: String
        var arguments: JSONObject
        var then: JSONObject

        var testDescription: String { id }
    }

    static let cases = [
        Case(
            id: "password-dictionary",
            first: ["enabled": false],
            operation: "updatePasswordDictionaryPolicy",
            arguments: ["enabled": true],
            then: ["enabled": true]
        ),
        Case(
            id: "password-history",
            first: ["total": 0],
            operation: "updatePasswordHistoryPolicy",
            arguments: ["total": 5],
            then: ["total": 5]
        ),
        Case(
            id: "password-strength",
            first: ["min": 8, "uppercase": false, "lowercase": false, "number": false, "symbols": false],
            operation: "updatePasswordStrengthPolicy",
            arguments: ["min": 12, "number": true],
            then: ["min": 12, "uppercase": false, "lowercase": false, "number": true, "symbols": false]
        ),
        Case(
            id: "password-personal-data",
            first: ["enabled": false],
            operation: "updatePasswordPersonalDataPolicy",
            arguments: ["enabled": true],
            then: ["enabled": true]
        ),
        Case(
            id: "session-alert",
            first: ["enabled": false],
            operation: "updateSessionAlertPolicy",
            arguments: ["enabled": true],
            then: ["enabled": true]
        ),
        Case(
            id: "session-duration",
            first: ["duration": 31_536_000],
            operation: "updateSessionDurationPolicy",
            arguments: ["duration": 3600],
            then: ["duration": 3600]
        ),
        Case(
            id: "session-invalidation",
            first: ["enabled": true],
            operation: "updateSessionInvalidationPolicy",
            arguments: ["enabled": false],
            then: ["enabled": false]
        ),
        Case(
            id: "session-limit",
            first: ["total": 10],
            operation: "updateSessionLimitPolicy",
            arguments: ["total": 3],
            then: ["total": 3]
        ),
        Case(
            id: "user-limit",
            first: ["total": 0],
            operation: "updateUserLimitPolicy",
            arguments: ["total": 100],
            then: ["total": 100]
        ),
        Case(
            id: "membership-privacy",
            first: [
                "userId": false, "userEmail": false, "userPhone": false, "userName": false, "userMFA": false,
                "userAccessedAt": false,
            ],
            operation: "updateMembershipPrivacyPolicy",
            arguments: ["userName": true, "userEmail": true],
            then: [
                "userId": false, "userEmail": true, "userPhone": false, "userName": true, "userMFA": false,
                "userAccessedAt": false,
            ]
        ),
        Case(
            id: "mfa-factors",
            first: ["totp": true, "email": true, "phone": true, "custom": false],
            operation: "updateMFAFactorsPolicy",
            arguments: ["phone": false],
            then: ["totp": true, "email": true, "phone": false, "custom": false]
        ),
    ]

    @Test(arguments: Backend.available, cases)
    func aPolicyHasADefaultUntilItIsSet(_ backend: Backend, _ policy: Case) async throws {
        try await withEngine(backend) { engine in
            func answer(_ values: JSONObject) -> JSON {
                var object: JSONObject = ["$id": .string(policy.id)]
                object.members += values.members
                return .object(object)
            }
            let get: JSONObject = ["policyId": .string(policy.id)]
            #expect(try await engine.call("project.getPolicy", get) == answer(policy.first))
            let set = try await engine.call("project." + policy.operation, policy.arguments)
            #expect(set["$id"]?.string == (policy.id == "password-strength" ? policy.id : "default"))
            #expect(try await engine.call("project.getPolicy", get) == answer(policy.then))
            // What is not named stays.
            let other = try await engine.call("project.updateMFAFactorsPolicy", ["custom": true])
            #expect(other["$id"] == "default")
            let kept = try await engine.call("project.getPolicy", get)
            #expect(policy.id == "mfa-factors" || kept == answer(policy.then))
            let event = try #require(try await engine.events().first)
            #expect(event.name == "projects.default.policies.\(policy.id).update")
        }
    }

    @Test(arguments: Backend.available)
    func nullGoesBackToTheDefault(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            for (operation, id) in [("PasswordHistory", "password-history"), ("UserLimit", "user-limit")] {
                try await engine.call("project.update\(operation)Policy", ["total": 20])
                try await engine.call("project.update\(operation)Policy", ["total": nil])
                #expect(try await engine.call("project.getPolicy", ["policyId": .string(id)])["total"] == 0)
            }
        }
    }

    @Test(arguments: Backend.available)
    func theListHoldsEveryPolicy(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.call("project.updateSessionLimitPolicy", ["total": 2])
            let list = try await engine.call("project.listPolicies")
            #expect(list["total"] == 11)
            #expect(list["policies"]?.each("$id") == Self.cases.map { .string($0.id) })
            #expect(list["policies"]?.array?[7] == ["$id": "session-limit", "total": 2])
            let page = try await engine.call(
                "project.listPolicies",
                ["queries": [query("limit", nil, 2), query("offset", nil, 1)], "total": false]
            )
            #expect(page["total"] == 0)
            #expect(page["policies"]?.each("$id") == ["password-history", "password-strength"])
            let refusal = try await engine.refusal(
                "project.listPolicies",
                ["queries": [query("equal", "$id", "user-limit")]]
            )
            #expect(refusal == Refusal("general_query_invalid", 400, "queries"))
        }
    }

    @Test(
        arguments: Backend.available,
        [
            ("PasswordHistory", "total", 0), ("PasswordHistory", "total", 21), ("PasswordStrength", "min", 7),
            ("PasswordStrength", "min", 257), ("SessionDuration", "duration", 59),
            ("SessionDuration", "duration", 31_536_001), ("SessionLimit", "total", 0), ("SessionLimit", "total", 101),
            ("UserLimit", "total", -1), ("UserLimit", "total", 10_001),
        ] as [(String, String, JSON)]
    )
    func bounds(_ backend: Backend, _ policy: (String, String, JSON)) async throws {
        try await withEngine(backend) { engine in
            let refusal = try await engine.refusal(
                "project.update\(policy.0)Policy",
                [policy.1: policy.2]
            )
            #expect(refusal == Refusal("general_argument_invalid", 400, policy.1))
        }
    }

    @Test(arguments: Backend.available)
    func othersReadThemTyped(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            for policy in Self.cases { try await engine.call("project." + policy.operation, policy.arguments) }
            let policies = try await engine.store.read { try ProjectSettings($0).policies }
            #expect(policies.passwordDictionary)
            #expect(policies.passwordHistory == 5)
            #expect(
                policies.passwordStrength
                    == .init(min: 12, uppercase: false, lowercase: false, number: true, symbols: false)
            )
            #expect(policies.passwordPersonalData)
            #expect(policies.sessionAlert)
            #expect(policies.sessionDuration == 3600)
            #expect(!policies.sessionInvalidation)
            #expect(policies.sessionLimit == 3)
            #expect(policies.userLimit == 100)
            #expect(
                policies.membershipPrivacy
                    == .init(
                        userID: false,
                        userEmail: true,
                        userPhone: false,
                        userName: true,
                        userMFA: false,
                        userAccessedAt: false
                    )
            )
            #expect(policies.mfaFactors == .init(totp: true, email: true, phone: false, custom: false))
        }
    }
}
