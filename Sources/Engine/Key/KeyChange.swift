import Storage
import Values

/// A change of the project's key that is under way, as the store remembers it.
///
/// No key is in it but the old one, sealed under the new. A process that was started with the old key finds the new
/// one in its file.
struct KeyChange: Sendable, Equatable {
    /// Fingerprints.
    var old: String
    var new: String
    /// Where the file of the new key was when the change began.
    var newFile: String
    /// The old key, sealed under the new one.
    var sealedOld: String

    static let property = "keyChange"

    /// - Returns: nil for a text that is none; an empty one stands for no change.
    init?(parsing text: String) {
        guard let json = try? JSON(parsing: Array(text.utf8)), let old = json["old"]?.string,
            let new = json["new"]?.string, let file = json["newFile"]?.string,
            let sealed = json["sealedOld"]?.string
        else { return nil }
        self.old = old
        self.new = new
        newFile = file
        sealedOld = sealed
    }

    init(from old: ProjectKey, to new: ProjectKey, in file: KeyFile) throws {
        self.old = old.fingerprint
        self.new = new.fingerprint
        newFile = file.path
        sealedOld = try Seal.close(old.bytes, by: new, new.derived(for: Self.purpose), about: old.fingerprint)
    }

    var text: String {
        (["old": .string(old), "new": .string(new), "newFile": .string(newFile), "sealedOld": .string(sealedOld)]
            as JSON).text
    }

    /// The old key, for whoever has the new one.
    func oldKey(by new: ProjectKey) -> ProjectKey? {
        guard let sealed = SealedText(sealedOld), sealed.fingerprint == new.fingerprint,
            let bytes = Seal.open(sealed, new.derived(for: Self.purpose), about: old)
        else { return nil }
        return ProjectKey(bytes)
    }

    private static let purpose = "tandem change of keys"
}
