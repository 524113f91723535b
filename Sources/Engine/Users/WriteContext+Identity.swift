import Storage
import Values

extension WriteContext {
    /// Makes a user in a call that is about something else.
    /// - Throws: as ``UserWriter/create(_:)``.
    func makeUser(_ new: UserWriter.New) throws -> User {
        let user = try UserWriter(self).create(new)
        try tell("users.[userId].create", user.id, payload: user.json(targets: try targets(of: user.id)))
        return user
    }

    /// Makes a user who signs up in a call that is about something else.
    /// - Throws: as ``checkSignUp()`` and ``UserWriter/create(_:)``.
    func signUp(_ new: UserWriter.New) throws -> User {
        try checkSignUp()
        return try makeUser(new)
    }

    /// A user as the answer to a change of it, which events tell without what is kept of the password.
    func changed(_ user: User) throws -> JSON {
        let targets = try targets(of: user.id)
        eventIDs["userId"] = user.id
        eventPayload = user.json(targets: targets)
        return user.json(for: caller, targets: targets)
    }
}
