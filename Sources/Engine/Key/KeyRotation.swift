import Storage
import Values

/// Changes the key of a project: new values are sealed with the new one at once, those that are there page by page in a
/// job. Rows stay readable throughout, and in the end the project has the new key.
package struct KeyRotation: Sendable {
    let store: any DocumentStore
    let keys: Keyring
    let jobs: JobRunner
    let clock: WallClock

    /// Begins a change, or goes on with the same one that is under way, and waits for its end.
    /// - Parameter report: called now and then with how many rows have been read so far.
    /// - Returns: how many rows were read.
    /// - Throws: ``AppError``, or ``StoreError``.
    package func run(to file: KeyFile, _ report: @escaping @Sendable (Int) -> Void) async throws -> Int {
        try await keys.check(store)
        let new = try file.key()
        let change = try await begin(new, file)
        try await store.read { [keys] in try keys.checkChange($0) }
        while true {
            if let job = try await store.read({ try KeyRotationJob.pending(in: $0) }) { await jobs.finish([job]) }
            let (situation, place) = try await store.read { session in
                (try Keyring.situation(in: session), try KeyRotationJob.Place(in: session))
            }
            report(place.rows)
            guard situation.change == change else { return place.rows }
            if let reason = try await store.read({ try KeyRotationJob.failure(in: $0) }) {
                throw AppError(
                    .storeUnavailable,
                    "The change of the key can't go on: \(reason)",
                    hint: "Remove the cause, then run the same command again. All rows are readable with both keys."
                )
            }
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    private func begin(_ new: ProjectKey, _ file: KeyFile) async throws -> KeyChange {
        let (keys, clock) = (keys, clock)
        let own = try keys.own(mayMake: false)
        return try await store.write(grouped: false) { session in
            let situation = try Keyring.situation(in: session)
            if let change = situation.change {
                guard change.new == new.fingerprint else { throw Self.another(change) }
                try KeyRotationJob.revive(at: clock.now, in: session)
                return change
            }
            guard let current = situation.current else { throw Self.nothingToChange() }
            guard current != new.fingerprint else { throw Self.same(file) }
            guard current == own.fingerprint else { throw Self.wrong(own, current, keys.source) }
            let change = try KeyChange(from: own, to: new, in: file)
            // Whoever writes from now on sees the change, because it moves the schema version.
            try session.bumpSchemaVersion()
            try session.set(property: KeyChange.property, to: change.text)
            try KeyRotationJob.begin(at: clock.now, id: clock.makeID(), in: session)
            return change
        }
    }

    private static func another(_ change: KeyChange) -> AppError {
        AppError(
            .generalBadRequest,
            "The key is being changed to another one already, of fingerprint \(change.new).",
            hint: "Finish that first: run the command with --new-key-file \(change.newFile)."
        )
    }

    private static func nothingToChange() -> AppError {
        AppError(
            .generalBadRequest,
            "The project has no key yet, so there is none to change.",
            hint: "Start Tandem with --key-file and the file; the first key that is presented becomes the project's."
        )
    }

    private static func same(_ file: KeyFile) -> AppError {
        AppError(
            .generalBadRequest,
            "The key in \(file.path) is the project's key already.",
            hint: "Make a new one: (umask 077; head -c 32 /dev/urandom > new.key)"
        )
    }

    private static func wrong(_ own: ProjectKey, _ current: String, _ source: KeySource) -> AppError {
        AppError(
            .storeUnavailable,
            "This is not the key of the project: \(source.description) has the fingerprint \(own.fingerprint), the "
                + "project's has \(current).",
            hint: "Name the file with the project's present key with --key-file."
        )
    }
}
