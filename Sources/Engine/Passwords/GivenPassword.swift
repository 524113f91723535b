import Synchronization
import Values

/// A password that a call brings, with what was found out about it.
///
/// Found out ahead of the session, nothing of it takes long inside. What wasn't is found out in place.
final class GivenPassword: Sendable {
    let text: String
    private let hash: Ahead<PasswordHash>
    /// Which hashes it was held against.
    private let known = Mutex<[String: Bool]>([:])

    init(_ text: String) {
        self.text = text
        hash = Ahead { try Passwords.hash(text) }
    }

    /// Its hash for the store, which is made once.
    func newHash() throws -> PasswordHash { try hash.value() }

    /// Whether it is the password of a hash.
    func matches(_ hash: PasswordHash) throws -> Bool {
        if let answer = known.withLock({ $0[hash.text] }) { return answer }
        let answer = try hash.matches(text)
        known.withLock { $0[hash.text] = answer }
        return answer
    }

    /// Finds out ahead what signing in needs: whether it is the password of an account, and its new hash where that one
    /// is outdated.
    /// - Parameter hash: nil where there is no such account, which is not to be noticed.
    func prepareSignIn(_ hash: PasswordHash?) async throws {
        try await HashingThreads.run { [self] in
            guard let hash else { return try Passwords.pretendToCheck(text) }
            if try matches(hash), hash.isOutdated { _ = try newHash() }
        }
    }

    /// Finds out ahead what taking it as a new password needs.
    /// - Parameter former: hashes that it must not match.
    func prepareNew(former: [PasswordHash] = []) async throws {
        try await HashingThreads.run { [self] in
            if try former.contains(where: { try matches($0) }) { return }
            _ = try newHash()
        }
    }
}
