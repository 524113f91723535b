import Storage
import Synchronization
import Values

/// Makes sure that a project is used with its own key: the first one that is presented is remembered by its
/// fingerprint, another one is refused before anything is read or written.
final class KeyGuard: Sendable {
    private static let property = "keyFingerprint"

    private let file: KeyFile?
    private let isReadOnly: Bool
    private let hasPassed: Atomic<Bool>

    /// - Parameter file: the key that was named; nil when none was, which fits every project.
    init(_ file: KeyFile?, readOnly: Bool) {
        self.file = file
        isReadOnly = readOnly
        hasPassed = Atomic(file == nil)
    }

    /// - Throws: 503 `store_unavailable` for another key than that of the project.
    func check(_ store: any DocumentStore) async throws {
        guard !hasPassed.load(ordering: .acquiring), let file else { return }
        let fingerprint = try file.fingerprint()
        var known = try await store.read { try $0.property(Self.property) }
        if known == nil, !isReadOnly {
            known = try await store.write(grouped: false) { session in
                if let faster = try session.property(Self.property) { return faster }
                try session.set(property: Self.property, to: fingerprint)
                return fingerprint
            }
        }
        guard known == nil || known == fingerprint else {
            throw AppError(
                .storeUnavailable,
                "The key in \(file.path) is not that of the project: its fingerprint is \(fingerprint), the project's "
                    + "\(known!).",
                hint: "Name the file with the project's key with --key-file. Nothing was read or changed."
            )
        }
        hasPassed.store(true, ordering: .releasing)
    }
}
