import Catalog
import Values

@testable import Engine

/// What operations are tried with in a ``MatrixWorld``.
extension MatrixWorld {
    /// Arguments with which the project's owner, or the user where it is about its own account, gets what it asks for.
    func arguments(of operation: Operation) -> JSONObject {
        var arguments = JSONObject()
        for parameter in operation.parameters where parameter.isRequired {
            arguments[parameter.name] = Self.byName[parameter.name] ?? made[parameter.name] ?? Self.sample(parameter)
        }
        for (name, value) in Self.special[operation.id]?.members ?? [] { arguments[name] = value }
        // Leaving a team is everybody's right, so it is somebody else who is to go.
        if operation.id == "teams.deleteMembership" { arguments["membershipId"] = made["invitationId"] }
        if operation.id == "teams.updateMembershipStatus" {
            arguments["membershipId"] = made["invitationId"]
            arguments["userId"] = made["invitedId"]
            arguments["secret"] = made["invitationSecret"]
        }
        if operation.id.hasSuffix("DevKey"), arguments["keyId"] != nil { arguments["keyId"] = made["devKeyId"] }
        if operation.id.hasPrefix("account."), arguments["sessionId"] != nil { arguments["sessionId"] = "current" }
        return arguments
    }

    /// Values of parameters that mean the same everywhere.
    private static let byName: JSONObject = [
        "userId": "user", "teamId": "red", "presenceId": "here", "keyId": "key", "variableId": "var",
        "targetId": "target", "identityId": "identity", "platformId": "web", "email": "user@example.org",
        "password": "correct horse", "phone": "+15550133", "number": "+15550100", "otp": "123456",
        "identifier": "other-device", "roles": ["player"], "channels": ["rows"], "scopes": ["keys.write"],
        "status": true,
        "policyId": "session-duration", "serviceId": "teams", "methodId": "email-password", "actor": "user:user",
        "operation": "teams.get", "labels": ["vip"], "secret": "nonsense", "url": "http://localhost/done",
        "duration": 900, "total": 5, "key": "OTHER", "value": "x",
        "webhookId": "hook", "projectId": "house",
    ]

    private static let newUser: JSONObject = ["userId": "unique()", "email": "new@example.org"]

    /// Arguments of single operations, optional ones too.
    private static let special: [String: JSONObject] = [
        "realtime.wait": ["channels": ["rows"], "timeout": 0],
        "account.create": newUser,
        "account.updateEmail": ["email": "new@example.org"],
        "account.updatePassword": ["password": "battery staple", "oldPassword": "correct horse"],
        "account.createPushTarget": ["targetId": "unique()"],
        "account.createPhoneToken": ["phone": "+15550101"],
        "account.createMFAChallenge": ["factor": "totp"],
        "users.create": newUser,
        "users.createMFARecoveryCodes": ["userId": "member"],
        "users.updateEmail": ["email": "new@example.org"],
        "users.updatePhone": ["number": "+15550133"],
        "users.createTarget": ["targetId": "unique()", "providerType": "push"],
        "users.createArgon2User": imported(
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAWv8ZpZwt8fhwQw"
        ),
        "users.createBcryptUser": imported("$2y$07$BCryptRequires22Chrcte/VlQH0piJtjXl.0t1XkA8pw9dMXTOPq"),
        "users.createMD5User": imported("f96b697d7cb7938d525a2f31aaf161d0"),
        "users.createPHPassUser": imported("$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0"),
        "users.createSHAUser": imported(
            "f96b697d7cb7938d525a2f31aaf161d0f96b697d7cb7938d525a2f31aaf161d0",
            ["passwordVersion": "sha256"]
        ),
        "users.createScryptUser": imported(
            String(repeating: "0", count: 128),
            [
                "passwordSalt": "NaCl", "passwordCpu": 8, "passwordMemory": 8, "passwordParallel": 1,
                "passwordLength": 64,
            ]
        ),
        "users.createScryptModifiedUser": imported(
            "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
            [
                "passwordSalt": "42xEC+ixf3L2lw==", "passwordSaltSeparator": "Bw==",
                "passwordSignerKey":
                    "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==",
            ]
        ),
        "teams.create": ["teamId": "unique()"],
        "teams.createMembership": ["userId": "user", "url": "http://localhost/join"],
        "presences.upsert": ["status": "away", "userId": "user"],
        "project.createKey": ["keyId": "unique()"],
        "project.createVariable": ["variableId": "unique()"],
        "project.createMockPhone": ["number": "+15550133"],
        "project.createWebPlatform": ["platformId": "unique()", "hostname": "new.example.org"],
        "project.createApplePlatform": ["platformId": "unique()"],
        "project.createAndroidPlatform": ["platformId": "unique()"],
        "project.createWindowsPlatform": ["platformId": "unique()"],
        "project.createLinuxPlatform": ["platformId": "unique()"],
        "project.updateWebPlatform": ["hostname": "new.example.org"],
        "project.updateApplePlatform": ["platformId": "apple"],
        "project.updateAndroidPlatform": ["platformId": "android"],
        "project.updateWindowsPlatform": ["platformId": "windows"],
        "project.updateLinuxPlatform": ["platformId": "linux"],
        "webhooks.create": ["webhookId": "unique()"],
        "projects.create": ["projectId": "unique()", "teamId": "red"],
        "organization.createProject": ["projectId": "unique()", "organizationId": "red"],
        "organization.listProjects": ["organizationId": "red"],
        "organization.getProject": ["organizationId": "red"],
        "organization.updateProject": ["organizationId": "red"],
        "organization.deleteProject": ["organizationId": "red"],
        "console.getResource": ["value": "shop.example.org"],
        "webhooks.explain": ["event": "users.user.create"],
    ]

    private static func imported(_ hash: String, _ more: JSONObject = [:]) -> JSONObject {
        JSONObject(newUser.members + [("password", .string(hash))] + more.members)
    }

    /// Something that a parameter takes, where nothing else is known of it.
    private static func sample(_ parameter: Parameter) -> JSON {
        switch parameter.type {
        case .id: "sample"
        case .newID: "unique()"
        case .key, .label: "sample"
        case .string(let length): .string(String(repeating: "a", count: max(length.lowerBound, 1)))
        case .integer(let range), .bigint(let range): .int(min(max(1, range.lowerBound), range.upperBound))
        case .number, .bignumber: 1
        case .boolean: true
        case .enumeration(let words): .string(words[0])
        case .object, .objectOrJSON: [:]
        case .array, .queries, .permissions: []
        case .datetime: "2026-12-01T00:00:00Z"
        case .email: "sample@example.org"
        case .phone: "+15550144"
        case .url: "https://example.org/sample"
        case .hostname: "example.org"
        case .any: "sample"
        }
    }
}
