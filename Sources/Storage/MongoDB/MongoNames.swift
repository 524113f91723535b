import Crypto
import Values

/// How databases and collections of MongoDB are called.
///
/// Names of databases must differ in more than case and have at most 63 bytes, so capitals and what is unsafe in a name
/// are written as `=XX`, and what is too long is cut and told apart by a hash. No id holds an `=`, so names of ours
/// never meet by accident.
enum MongoNames {
    /// The database with everything of a project that is no row of a table.
    static func metadata(of project: String) -> String { prefix(of: project) + "tandem" }

    /// What the names of all databases of a project begin with. An underscore in the id is unsafe here, because two of
    /// them end it.
    static func prefix(of project: String) -> String {
        escaped(project).split(separator: "_", omittingEmptySubsequences: false).joined(separator: "=5F") + "__"
    }

    /// The project whose metadata a database holds; nil for any other database.
    static func project(ofMetadata database: String) -> String? {
        let suffix = "__tandem"
        guard database.hasSuffix(suffix) else { return nil }
        let parts = database.dropLast(suffix.count).split(separator: "=", omittingEmptySubsequences: false)
        var id = String(parts[0])
        for part in parts.dropFirst() {
            guard part.count >= 2, let byte = UInt8(part.prefix(2), radix: 16) else { return nil }
            id.unicodeScalars.append(Unicode.Scalar(byte))
            id += part.dropFirst(2)
        }
        return prefix(of: id) + "tandem" == database ? id : nil
    }

    static func database(_ id: String, of project: String) -> String {
        // The name of the metadata is taken.
        let name = id == "tandem" ? "=74andem" : escaped(id)
        return cut(prefix(of: project) + name, to: 63)
    }

    /// The first choice for a table; it may be taken by an earlier incarnation.
    static func collection(_ id: String) -> String { cut(escaped(id), to: 120) }

    /// The choice for a table whose first choice is taken.
    static func collection(_ id: String, incarnation: String) -> String {
        cut("\(escaped(id))=\(incarnation)", to: 120)
    }

    private static func escaped(_ id: String) -> String {
        var result = ""
        for byte in id.utf8 {
            switch byte {
            case 0x61...0x7A, 0x30...0x39, 0x5F, 0x2D: result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += byte < 16 ? "=0\(digits)" : "=\(digits)"
            }
        }
        return result
    }

    private static func cut(_ name: String, to limit: Int) -> String {
        guard name.utf8.count > limit else { return name }
        let digest = SHA256.hash(data: Array(name.utf8)).prefix(6)
        let hash = digest.hexadecimal
        return "\(name.prefix(limit - hash.count - 1))=\(hash)"
    }
}
