import Values

extension User {
    /// Refuses to let in a user who is blocked.
    /// - Throws: 403 `user_blocked`.
    func checkActive() throws(AppError) {
        guard !isActive else { return }
        throw AppError(
            .userBlocked,
            "The user is blocked.",
            hint: "The project's owner lets it in again with users.updateStatus."
        )
    }
}
