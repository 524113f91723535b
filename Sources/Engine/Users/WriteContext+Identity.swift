import Storage
import Values

extension WriteContext {
    /// A user as the answer to a change of it, which events tell without what is kept of the password.
    func changed(_ user: User) throws -> JSON {
        let targets = try targets(of: user.id)
        eventIDs["userId"] = user.id
        eventPayload = user.json(targets: targets)
        return user.json(for: caller, targets: targets)
    }
}
