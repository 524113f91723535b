import Values

/// A phone number that gets no SMS and signs in with a fixed code.
struct MockPhone: Sendable, Equatable {
    var number: String
    /// The code, 6 digits.
    var otp: String
    var createdAt: String
    var updatedAt: String

    static let maximum = 10

    var json: JSON {
        [
            "number": .string(number), "otp": .string(otp), "$createdAt": .string(createdAt),
            "$updatedAt": .string(updatedAt),
        ]
    }

    /// Codes sign in, so they are sealed; numbers and dates are not.
    static func all(in settings: StoredSettings) -> [MockPhone] {
        settings.value.members.map { number, dates in
            MockPhone(
                number: number,
                otp: settings.secret[number]?.string ?? "",
                createdAt: dates["createdAt"]?.string ?? "",
                updatedAt: dates["updatedAt"]?.string ?? ""
            )
        }
    }

    /// The code with which a number signs in; nil for one that is none for tests.
    static func code(of number: String, in settings: StoredSettings) -> String? { settings.secret[number]?.string }

    func save(in settings: inout StoredSettings) {
        settings.value[number] = ["createdAt": .string(createdAt), "updatedAt": .string(updatedAt)]
        settings.secret[number] = .string(otp)
    }
}
