import Values

extension ReadContext {
    /// Checks where an address leads to which Tandem will send a user, often with a secret: to a host that the project's
    /// owner has registered, or to the machine of the user itself. Keys may name any.
    /// - Throws: 400 `general_argument_invalid`.
    func checkHost(of url: String, argument: String) throws {
        guard !caller.isPrivileged else { return }
        guard let host = URLText.host(of: url) else {
            throw AppError(
                .generalArgumentInvalid,
                "'\(argument)' must begin with https:// or http:// and the name of a host.",
                argument: "\(argument)",
                hint: "For example https://app.example.org/welcome."
            )
        }
        guard try settings.isOpen(host: host) else {
            throw AppError(
                .generalArgumentInvalid,
                "'\(argument)' leads to the host '\(host)', which is not registered with the project.",
                argument: "\(argument)",
                hint: "Its owner registers the host with project.createWebPlatform; localhost needs no registration."
            )
        }
    }
}
