import Testing
import Values

@testable import Engine

@Suite("Rules for new passwords")
struct PasswordRuleTests {
    private let ann = PasswordOwner(
        id: "ann-1985",
        name: "Ann Lee",
        email: "ann.lee@example.org",
        phone: "+14155550123"
    )

    private func refusal(_ password: String, _ stored: JSONObject) -> String {
        do throws(AppError) {
            try Policies(stored).check(password, for: ann)
            return "-"
        } catch { return "\(error.code.type): \(error.message)" }
    }

    @Test(arguments: [
        ("correct horse", "-"),
        ("password1", "general_argument_invalid: The password is one of those that everybody tries first."),
        ("PassWord1", "general_argument_invalid: The password is one of those that everybody tries first."),
        ("password1!!!", "-"), ("password1\n", "-"),
        ("12345678", "general_argument_invalid: The password is one of those that everybody tries first."),
    ])
    func commonPasswordsAreRefusedWhereAPolicySaysSo(_ password: String, _ expected: String) {
        #expect(refusal(password, ["password-dictionary": ["enabled": true]]) == expected)
        #expect(refusal(password, [:]) == "-")
    }

    @Test func everyCommonPasswordIsFound() throws {
        let names = ["!qaz1qaz", "iloveyou", "12345678", "qwertyuiop", "zxcvbnm123"]
        for name in names { #expect(CommonPasswords.contains(name), "\(name)") }
        for name in ["iloveyo", "iloveyou\n12345678", "\u{FFFD}", "zzzzzzzzzzzzzzzz!", "~~~~~~~~~~~~", "       "] {
            #expect(!CommonPasswords.contains(name), "\(name)")
        }
    }

    @Test(arguments: [
        ("my ann-1985 secret", "id"), ("ANN LEE is great", "name"), ("xANN.LEE@example.orgx", "e-mail address"),
        ("ann.lee rules", "e-mail address"), ("call 14155550123", "phone number"),
    ])
    func whatSaysWhoseItIsIsRefusedWhereAPolicySaysSo(_ password: String, _ part: String) {
        let expected = "password_personal_data: The password contains the user's \(part)."
        #expect(refusal(password, ["password-personal-data": ["enabled": true]]) == expected)
        #expect(refusal(password, [:]) == "-")
    }

    @Test func shortNamesAndMissingOnesGiveNothingAway() throws {
        let policies = Policies(["password-personal-data": ["enabled": true]])
        try policies.check("a Jo by chance", for: PasswordOwner(id: "u1", name: "Jo"))
        try policies.check("correct horse", for: PasswordOwner(id: "u1"))
    }

    @Test(arguments: [
        ("abcdefgh", "2 more characters, an upper-case letter, a digit, a symbol"),
        ("ABCDEFGH12", "a lower-case letter, a symbol"),
        ("Abcdefgh 1", "a symbol"),
    ])
    func aWeakPasswordIsToldWhatItLacks(_ password: String, _ missing: String) {
        let policy: JSONObject = [
            "password-strength": ["min": 10, "uppercase": true, "lowercase": true, "number": true, "symbols": true]
        ]
        #expect(
            refusal(password, policy) == "general_argument_invalid: The password is too weak: it lacks \(missing)."
        )
        #expect(refusal("Ünter 1 Häuschen!", policy) == "-")
    }
}
