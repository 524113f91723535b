import Storage
import Values

@testable import Engine

extension TestEngine {
    /// Makes a user what it is to be, or another one than before: past the operations, in one transaction.
    func establish(_ person: AccessOracle.Person) async throws {
        let now = clock.wallClock.now
        try await store.write(grouped: false) { session in
            var memberships = RowQuery(limit: 100)
            memberships.filters = [.compare("user", .equal, [.string(person.id)])]
            for row in try session.rows(memberships, in: IdentityTables.memberships) {
                _ = try session.delete(row.id, from: IdentityTables.memberships)
            }
            for membership in person.memberships {
                let fields: JSONObject = [
                    "user": .string(person.id), "team": .string(membership.team), "roles": JSON(membership.roles),
                    "confirm": .bool(membership.isConfirmed),
                ]
                let values = Record.values(IdentityTables.memberships, fields)
                let row = NewRow(id: membership.id, createdAt: now, updatedAt: now, values: values)
                _ = try session.insert(row, into: IdentityTables.memberships)
            }
            let fields: JSONObject = [
                "status": true, "labels": JSON(person.labels), "emailVerification": .bool(person.isVerified),
                "stamp": .int(Identity.newStamp()),
            ]
            let users = IdentityTables.users
            if try session.update(person.id, Record.change(users, at: now, fields), in: users) { return }
            let row = NewRow(id: person.id, createdAt: now, updatedAt: now, values: Record.values(users, fields))
            _ = try session.insert(row, into: users)
        }
    }
}
