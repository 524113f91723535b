import Catalog
import Storage
import Values

/// Who may become a user without anybody's doing.
package enum SignUpRule: String, Sendable, CaseIterable {
    /// Everybody, as far as the project's own policies let them.
    case on
    /// Nobody but those who are invited to a team.
    case off
    /// Whoever comes first, and then nobody but those who are invited.
    case first
}

extension WriteContext {
    /// Refuses another sign-up where nobody may, or where the project has as many users as it may have.
    /// - Throws: 400 `user_count_exceeded`; at the console 501 `user_console_count_exceeded` and 401
    ///   `user_anonymous_console_prohibited`.
    func checkSignUp() throws {
        try checkRule()
        let limit = try settings.policies.userLimit
        guard limit > 0 else { return }
        let count = try session.count(RowQuery(limit: 1), in: IdentityTables.users, cap: limit)
        guard count < limit else {
            throw AppError(
                .userCountExceeded,
                "The project has \(count) users, and no more than \(limit) may sign up.",
                hint: "Its owner raises the limit with project.updateUserLimitPolicy."
            )
        }
    }

    private func checkRule() throws {
        guard pipeline.project == ProjectDirectory.consoleID else { return }
        // Who is invited comes by the doing of an owner.
        if call.operation.service == "teams" { return }
        guard call.operation.id != "account.createAnonymousSession" else {
            throw AppError(
                .userAnonymousConsoleProhibited,
                "Nobody signs in at the console without a name.",
                hint: "account.create signs up with an e-mail address and a password."
            )
        }
        switch pipeline.signUp {
        case .on: return
        case .first where try session.count(RowQuery(limit: 1), in: IdentityTables.users, cap: 1) == 0:
            // Of two who come at once, both write this, and so one of them comes second.
            try writer.set(property: "consoleSignUp", to: call.clock.makeID())
        case .first, .off:
            throw AppError(
                .userConsoleCountExceeded,
                "Nobody can sign up at this console by itself.",
                hint: "An owner of an organisation invites with teams.createMembership, the owner of the store makes "
                    + "users with users.create in the project console, and --console-signup on opens it to everybody."
            )
        }
    }
}
