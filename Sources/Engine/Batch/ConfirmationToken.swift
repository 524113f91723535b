import Crypto
import Storage
import Values

/// Proof that a caller has seen what a call would destroy: an HMAC-SHA256 over the call, what it would destroy and the
/// schema version, good for five minutes.
///
/// The secret lies with the project, so that one process confirms what another one has shown. It protects from
/// mistakes, not from whoever can read the store.
struct ConfirmationToken {
    static let seconds: Int64 = 300

    private static let property = "confirmationSecret"

    private let secret: SymmetricKey

    /// The secret of a project, made at first need.
    static func open(_ store: any DocumentStore) async throws -> ConfirmationToken {
        var known = try await store.read { try $0.property(property) }
        if known == nil {
            known = try await store.write(grouped: false) { session in
                if let faster = try session.property(property) { return faster }
                let fresh = SymmetricKey(size: .bits256).withUnsafeBytes { $0.hexadecimal }
                try session.set(property: property, to: fresh)
                return fresh
            }
        }
        return ConfirmationToken(secret: SymmetricKey(data: Array(known!.utf8)))
    }

    /// A token for a call, as of what it would destroy now.
    /// - Parameter mark: ``mark(of:)`` of that.
    func make(call: [UInt8], mark: String, at now: Timestamp) -> String {
        let end = now.milliseconds / 1000 + Self.seconds
        return "\(end)-\(mark)-\(signature(end, mark, call))"
    }

    /// What a token tells before anything runs.
    struct Known: Sendable {
        /// What the state must still be; compared with ``ConfirmationToken/mark(of:)``.
        var mark: String
    }

    /// - Throws: 400 `general_argument_invalid` for a token of another call, 409 `confirmation_stale` for an old one.
    func check(_ token: String, call: [UInt8], at now: Timestamp) throws(AppError) -> Known {
        let parts = token.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let end = Int64(parts[0]),
            Self.isEqual(signature(end, String(parts[1]), call), String(parts[2]))
        else {
            throw AppError(
                .generalArgumentInvalid,
                "The token does not belong to this call.",
                argument: "confirm",
                hint: "Repeat exactly the call that was answered with it, or leave out \"confirm\" to get a new one."
            )
        }
        guard end >= now.milliseconds / 1000 else {
            throw Self.stale("The token has expired: it is good for \(Self.seconds) seconds.")
        }
        return Known(mark: String(parts[1]))
    }

    static func stale(_ reason: Prose) -> AppError {
        AppError(
            .confirmationStale,
            reason,
            argument: "confirm",
            hint: "Nothing was done. Leave out \"confirm\" to see what would be destroyed now, and get a new token."
        )
    }

    /// A digest of what a call would destroy.
    static func mark(of state: [UInt8]) -> String {
        SHA256.hash(data: state).prefix(8).hexadecimal
    }

    private func signature(_ end: Int64, _ mark: String, _ call: [UInt8]) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Array("\(end)\n\(mark)\n".utf8) + call, using: secret)
        return code.prefix(16).hexadecimal
    }

    /// Takes as long for a wrong text as for the right one.
    private static func isEqual(_ left: String, _ right: String) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        return zip(left.utf8, right.utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
