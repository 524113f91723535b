import Values

/// Somewhere users can have an account with which they sign in here: what has to be known of the app that the owner of
/// the project registered there.
struct OAuth2Provider: Sendable {
    /// Something else that is set beside id and secret.
    struct Field: Sendable {
        let name: String
        /// What is answered where nothing is set.
        let standard: JSON
        /// Whether signing in can't work without it.
        let isNeeded: Bool

        init(_ name: String, standard: JSON = "", isNeeded: Bool = false) {
            self.name = name
            self.standard = standard
            self.isNeeded = isNeeded
        }
    }

    /// As callers write it.
    let id: String
    /// For people.
    let name: String
    /// The operation that sets it up.
    let operation: String
    /// What the provider calls the id of an app, which is public.
    let clientID: String
    /// What it calls the secret that goes with it.
    let clientSecret: String
    let fields: [Field]

    init(
        _ id: String,
        _ operation: String,
        _ name: String,
        id clientID: String = "clientId",
        secret clientSecret: String = "clientSecret",
        _ fields: [Field] = []
    ) {
        self.id = id
        self.name = name
        self.operation = "project.updateOAuth2\(operation)"
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.fields = fields
    }

    /// The provider with an id that the catalog has checked.
    static func named(_ id: String) -> OAuth2Provider? { byID[id] }

    private static let byID = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })
}
