import Crypto
import Storage
import Values

/// What events say about encrypted columns: the record keeps it apart from the payload, sealed, so that the log holds
/// nothing in clear.
///
/// Readers who have the key get whole payloads. What was sealed with a key that is no longer known is left out.
enum EventSecrets {
    /// A table by its ids.
    struct Place: Hashable {
        var database: String
        var table: String
    }

    private static let member = "sealed"
    private static let purpose = "tandem event"

    /// A record whose payload has lost the values of these columns to a sealed text.
    static func sealed(
        _ record: [UInt8],
        hiding columns: [Place: Set<String>],
        _ keys: Keyring,
        by key: () throws -> ProjectKey
    ) throws -> [UInt8] {
        guard case .object(var object) = try JSON(parsing: record), let payload = object["payload"] else {
            return record
        }
        let (rest, secrets) = split(payload, columns)
        guard let secrets else { return record }
        let key = try key()
        let text = try Seal.close(secrets.encoded, by: key, keys.derived(key, for: purpose), about: subject(object))
        object["payload"] = nil
        object[member] = .string(text)
        object["payload"] = rest
        return JSON.object(object).encoded
    }

    /// The record as it was before it was sealed, as far as the key is known.
    static func opened(_ record: [UInt8], _ session: SealedReader) -> [UInt8] {
        guard areIn(record), case .object(var object)? = try? JSON(parsing: record),
            let text = object[member]?.string, let payload = object["payload"]
        else { return record }
        object[member] = nil
        if let sealed = SealedText(text), let key = try? session.key(sealed.fingerprint),
            let clear = Seal.open(sealed, session.keys.derived(key, for: purpose), about: subject(object)),
            let secrets = try? JSON(parsing: clear)
        {
            object["payload"] = merged(payload, secrets)
        }
        return JSON.object(object).encoded
    }

    /// Whether something in the record is sealed.
    static func areIn(_ record: [UInt8]) -> Bool { record.firstRange(of: mark) != nil }

    private static let mark = Array("\"\(member)\":\"\(SealedText.prefix)".utf8)

    private static func subject(_ record: JSONObject) -> String {
        JSON.array([record["event"] ?? .null, record["ids"] ?? .null, record["at"] ?? .null]).text
    }

    /// Takes the values of these columns out of every row in a payload.
    /// - Returns: the rest, and the values at their places; positions in arrays are members named by their number.
    static func split(_ payload: JSON, _ columns: [Place: Set<String>]) -> (rest: JSON, secrets: JSON?) {
        var secrets = JSONObject()
        switch payload {
        case .object(let object):
            let hidden = self.columns(of: object, columns)
            var rest = JSONObject()
            for (key, value) in object.members {
                if hidden.contains(key), !value.isNull {
                    secrets.members.append((key, value))
                } else {
                    let (inner, more) = split(value, columns)
                    rest.members.append((key, inner))
                    if let more { secrets.members.append((key, more)) }
                }
            }
            return (.object(rest), secrets.isEmpty ? nil : .object(secrets))
        case .array(let items):
            var rest: [JSON] = []
            for (index, item) in items.enumerated() {
                let (inner, more) = split(item, columns)
                rest.append(inner)
                if let more { secrets.members.append((String(index), more)) }
            }
            return (.array(rest), secrets.isEmpty ? nil : .object(secrets))
        default: return (payload, nil)
        }
    }

    private static func columns(of row: JSONObject, _ columns: [Place: Set<String>]) -> Set<String> {
        guard let table = (row["$tableId"] ?? row["$collectionId"])?.string, let database = row["$databaseId"]?.string
        else { return [] }
        return columns[Place(database: database, table: table)] ?? []
    }

    /// Puts what ``split(_:_:)`` took out back in.
    static func merged(_ rest: JSON, _ secrets: JSON) -> JSON {
        guard case .object(let additions) = secrets else { return secrets }
        switch rest {
        case .object(var object):
            for (key, value) in additions.members { object[key] = object[key].map { merged($0, value) } ?? value }
            return .object(object)
        case .array(var items):
            for (key, value) in additions.members {
                if let index = Int(key), items.indices.contains(index) { items[index] = merged(items[index], value) }
            }
            return .array(items)
        default: return secrets
        }
    }
}
