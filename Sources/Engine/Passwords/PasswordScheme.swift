import Values

/// A way in which systems keep passwords: an algorithm with the parameters that its hashes do not carry themselves.
protocol PasswordScheme: Sendable {
    /// The public name of the algorithm, which is also the `type` of its options.
    static var name: String { get }

    /// The parameters, as the store keeps them beside the hash.
    var options: JSONObject { get }

    /// Reads ``options`` back; nil for what this scheme did not write.
    init?(options: JSONObject)

    /// Whether `text` is a hash of this scheme that can be checked at a bearable cost.
    /// - Throws: 400 `general_argument_invalid` about `password`.
    func check(_ text: String) throws(AppError)

    /// Whether a password, as UTF-8 and not empty, gives this hash. Takes as long as its author wanted it to.
    func matches(_ password: [UInt8], _ text: String) throws(AppError) -> Bool

    /// The parameters of a hash that everybody may know, as the project's key sees them in `hashOptions`.
    func shown(_ text: String) -> JSONObject
}

extension PasswordScheme {
    var options: JSONObject { [:] }

    func shown(_ text: String) -> JSONObject { [:] }

    /// Refuses a text that is no hash of this scheme.
    static func refusal(_ message: Prose, hint: Prose) -> AppError {
        AppError(.generalArgumentInvalid, message, argument: "password", hint: hint)
    }
}

/// The schemes by their names.
enum PasswordSchemes {
    private static let all: [any PasswordScheme.Type] = [
        Argon2.self, Crypt.self, PortableHash.self, MD5Hash.self, SHAHash.self, Scrypt.self, FirebaseScrypt.self,
    ]

    /// - Returns: nil for a name or options that no scheme has written.
    static func scheme(_ name: String, options: JSONObject) -> (any PasswordScheme)? {
        all.first { $0.name == name }?.init(options: options)
    }
}
