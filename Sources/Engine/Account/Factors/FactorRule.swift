import Catalog
import Storage
import Values

/// When a session needs a second factor.
enum FactorRule {
    /// How many seconds a factor counts for what is most delicate.
    static let recent: Int64 = 1800

    /// What a session may do without: get one, and end.
    private static let open: Set<String> = [
        "account.listMFAFactors", "account.createMFAChallenge", "account.updateMFAChallenge", "account.deleteSession",
    ]

    /// - Throws: 401 `user_more_factors_required` for a session with one factor of a user who asks for two and has
    ///   another one to show.
    static func check(
        _ own: Identity.Session,
        of identity: Identity,
        for operation: Operation,
        in session: any ReadSession
    ) throws {
        guard identity.needsFactors, own.factors.count < 2, !open.contains(operation.id) else { return }
        let counting = try ProjectSettings(session).policies.mfaFactors.counting(identity.factors)
        guard let first = counting.first(where: { !own.factors.contains($0.rawValue) }) else { return }
        throw AppError(
            .userMoreFactorsRequired,
            "The user asks for a second factor, and this session has shown only "
                + "\(own.factors.joined(separator: ", ")).",
            argument: "as",
            hint: "account.createMFAChallenge with \"factor\": \"\(first.rawValue)\" asks for one, "
                + "account.updateMFAChallenge takes it."
        )
    }
}

extension ReadContext {
    /// Refuses what only somebody may do who has shown a second factor a short time ago. A call that needs no session,
    /// because the project's owner makes it for the user, needs no factor
    /// either; who acts as the user has none to show.
    /// - Throws: 401 `user_challenge_required`.
    func checkRecentFactor() throws(AppError) {
        guard caller.session != nil || caller.impersonator != nil else { return }
        if let shown = caller.session?.mfaUpdatedAt, shown.adding(seconds: FactorRule.recent) >= now { return }
        throw AppError(
            .userChallengeRequired,
            "\(call.operation.id) needs a second factor that was shown in the last 30 minutes.",
            argument: "as",
            hint: "account.createMFAChallenge asks for one, account.updateMFAChallenge takes it."
        )
    }
}
