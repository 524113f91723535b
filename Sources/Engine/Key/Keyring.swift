import Crypto
import Storage
import Synchronization
import Values

/// The keys of a project as far as this process has them: its own, and while the key is being changed the other one.
///
/// The store remembers by their fingerprints which key the project has and whether it is being changed. What was read
/// of that holds for one schema version, which every such change moves.
final class Keyring: Sendable {
    /// What the store says about the project's key.
    struct Situation: Sendable, Equatable {
        /// The fingerprint of the key in use; nil until there is one.
        var current: String?
        var change: KeyChange?

        /// The key under which new values are sealed.
        var sealing: String? { change?.new ?? current }
    }

    private struct Known {
        var own: ProjectKey?
        var byFingerprint: [String: ProjectKey] = [:]
        var derived: [String: SymmetricKey] = [:]
        var situation: (version: Int64, Situation)?
    }

    static let property = "keyFingerprint"

    let source: KeySource
    private let isReadOnly: Bool
    private let known = Mutex(Known())
    private let hasPassed: Atomic<Bool>

    init(_ source: KeySource, readOnly: Bool = false) {
        self.source = source
        isReadOnly = readOnly
        if case .named = source { hasPassed = Atomic(false) } else { hasPassed = Atomic(true) }
    }

    // MARK: The right key

    /// Makes sure, before the first call, that a key which was named is that of the project. The first one that is
    /// presented becomes it.
    /// - Throws: 503 `store_unavailable` for another key; nothing was read or written then.
    func check(_ store: any DocumentStore) async throws {
        guard !hasPassed.load(ordering: .acquiring) else { return }
        let fingerprint = try own(mayMake: false).fingerprint
        var situation = try await store.read { try Self.situation(in: $0) }
        if situation.current == nil, !isReadOnly {
            situation = try await store.write(grouped: false) { session in
                let faster = try Self.situation(in: session)
                guard faster.current == nil else { return faster }
                try session.set(property: Self.property, to: fingerprint)
                return Situation(current: fingerprint)
            }
        }
        try Self.check(fingerprint, in: situation, source)
        hasPassed.store(true, ordering: .releasing)
    }

    private static func check(_ own: String, in situation: Situation, _ source: KeySource) throws(AppError) {
        let right = [situation.current, situation.change?.old, situation.change?.new].compactMap { $0 }
        guard let current = right.first, !right.contains(own) else { return }
        throw AppError(
            .storeUnavailable,
            "This is not the key of the project: \(source.description) has the fingerprint \(own), the project's has "
                + "\(current).",
            hint: "Name the file with the project's key with --key-file. Nothing was read or changed."
        )
    }

    static func situation(in session: any ReadSession) throws -> Situation {
        Situation(
            current: try session.property(property),
            change: try session.property(KeyChange.property).flatMap { KeyChange(parsing: $0) }
        )
    }

    // MARK: Keys

    /// The key that a session seals new values with; the first need of one makes it where the source allows.
    /// - Parameters:
    ///   - isCommitted: whether the session sees nothing of its own schema changes.
    ///   - mayMake: whether a file that is missing is made.
    /// - Returns: nil for one that would have to be made and may not.
    func sealing(_ session: any WriteSession, isCommitted: Bool, mayMake: Bool) throws -> ProjectKey? {
        let situation = try situation(session, isCommitted)
        if let fingerprint = situation.sealing { return try key(fingerprint, situation) }
        // Another process may have been first, without a change of the schema.
        let newest = try Self.situation(in: session)
        if let fingerprint = newest.sealing { return try key(fingerprint, newest) }
        if !mayMake, case .ownFile(let file) = source, !file.isThere { return nil }
        let own = try own(mayMake: true)
        try session.set(property: Self.property, to: own.fingerprint)
        return own
    }

    /// The key that a session seals with if the project has one and this process knows it; nil otherwise, where nothing
    /// secret can have been read or written either.
    func ready(_ session: any ReadSession, isCommitted: Bool) throws -> ProjectKey? {
        let situation = try situation(session, isCommitted)
        return situation.sealing.flatMap { try? key($0, situation) }
    }

    /// The key that a stored text was sealed with. One that is not known yet is looked for as of the session's own view,
    /// which may be newer than the schema version that it read.
    /// - Throws: 503 `store_unavailable` when this process doesn't have it.
    func opening(_ fingerprint: String, _ session: any ReadSession) throws -> ProjectKey {
        if let key = known.withLock({ $0.byFingerprint[fingerprint] }) { return key }
        return try key(fingerprint, try Self.situation(in: session))
    }

    /// Makes sure that this process has both keys of a change that is under way, if one is.
    /// - Throws: 503 `store_unavailable` for one that it doesn't have.
    func checkChange(_ session: any ReadSession) throws {
        guard let change = try Self.situation(in: session).change else { return }
        for fingerprint in [change.old, change.new] { _ = try opening(fingerprint, session) }
    }

    private func situation(_ session: any ReadSession, _ isCommitted: Bool) throws -> Situation {
        guard isCommitted else { return try Self.situation(in: session) }
        let version = try session.schemaVersion()
        if let (known, situation) = known.withLock({ $0.situation }), known == version { return situation }
        let situation = try Self.situation(in: session)
        known.withLock { $0.situation = (version, situation) }
        return situation
    }

    private func key(_ fingerprint: String, _ situation: Situation) throws -> ProjectKey {
        if let key = known.withLock({ $0.byFingerprint[fingerprint] }) { return key }
        let own = try own(mayMake: false)
        if own.fingerprint == fingerprint { return own }
        if let change = situation.change, let other = try other(of: change, beside: own),
            other.fingerprint == fingerprint
        {
            known.withLock { $0.byFingerprint[fingerprint] = other }
            return other
        }
        throw AppError(
            .storeUnavailable,
            "Encrypted values were sealed with the key of fingerprint \(fingerprint); \(source.description) has "
                + "\(own.fingerprint).",
            hint: "Start Tandem with --key-file and the file of that key."
        )
    }

    /// The key on the other side of a change.
    private func other(of change: KeyChange, beside own: ProjectKey) throws(AppError) -> ProjectKey? {
        if own.fingerprint == change.new { return change.oldKey(by: own) }
        guard own.fingerprint == change.old else { return nil }
        do throws(AppError) { return try KeyFile(path: change.newFile).key() } catch {
            throw AppError(
                .storeUnavailable,
                "The project's key is being changed, and the new one can't be read here: \(error.message)",
                hint: "Copy the new key to \(change.newFile), or start Tandem with --key-file and the new key."
            )
        }
    }

    /// The key of this process.
    func own(mayMake: Bool) throws(AppError) -> ProjectKey {
        if let own = known.withLock({ $0.own }) { return own }
        let key: ProjectKey
        switch source {
        case .named(let file): key = try file.key()
        case .ownFile(let file): key = mayMake && !file.isThere ? try file.make() : try file.key()
        case .memory: key = .random()
        case .nowhere:
            throw AppError(
                .storeUnavailable,
                "Encrypted columns need the project's key, and none was named.",
                hint: "Make one with (umask 077; head -c 32 /dev/urandom > tandem.key), keep a copy of it, and start "
                    + "every Tandem of this project with --key-file tandem.key."
            )
        }
        return known.withLock { known in
            if let own = known.own { return own }
            known.own = key
            known.byFingerprint[key.fingerprint] = key
            return key
        }
    }

    /// The key for one purpose, derived once.
    func derived(_ key: ProjectKey, for purpose: String) -> SymmetricKey {
        let name = "\(key.fingerprint) \(purpose)"
        if let derived = known.withLock({ $0.derived[name] }) { return derived }
        let derived = key.derived(for: purpose)
        known.withLock { known in
            if known.derived.count >= Self.maximumDerived { known.derived.removeAll() }
            known.derived[name] = derived
        }
        return derived
    }

    private static let maximumDerived = 10_000
}

extension KeySource {
    /// The source as the subject of a sentence.
    var description: String {
        switch self {
        case .named(let file), .ownFile(let file): "the key in \(file.path)"
        case .memory: "the key of this process"
        case .nowhere: "this process"
        }
    }
}
