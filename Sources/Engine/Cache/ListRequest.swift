import Synchronization
import Values

/// What a list call asks of the cache.
struct ListRequest: Sendable {
    /// Everything but the state of the table that the answer depends on, as text: the table, the words of the answer,
    /// the caller's roles, and the queries.
    var key: [UInt8]
    /// The table, as `<databaseId>/<tableId>`, or ``presences``.
    let group: String
    /// The oldest answer that will do, in milliseconds.
    let age: Int64
    let wantsTotal: Bool
    /// Whether an answer that is older than the last committed write to the table won't do.
    let isStrict: Bool
    /// Whether the page starts beside a row, whose place belongs to the key.
    let hasCursor: Bool

    /// nil for a call that asks for no cached answer, or whose queries can't be read.
    init?(_ call: Call) {
        guard let seconds = call.optional("ttl")?.int, seconds > 0, call.optional("transactionId") == nil,
            let queries = QueryText(call.arguments["queries"]?.array ?? [])
        else { return nil }
        let (database, table) = (call.string("databaseId"), call.string("tableId"))
        var writer = JSONWriter(reserving: 256)
        writer.raw("[")
        writer.write(call.dialect.rawValue)
        writer.raw(",")
        writer.write(database)
        writer.raw(",")
        writer.write(table)
        writer.raw(",")
        writer.raw(queries.bytes)
        writer.raw("]")
        key = writer.bytes
        group = "\(database)/\(table)"
        age = seconds * 1000
        wantsTotal = call.bool("total")
        isStrict = call.optional("freshness")?.string == "strict"
        hasCursor = queries.hasCursor
    }

    /// What a list of presences asks of the cache. Any change of a presence ends what is kept of them.
    init?(ofPresences call: Call) {
        guard let seconds = call.optional("ttl")?.int, seconds > 0,
            let queries = QueryText(call.arguments["queries"]?.array ?? [])
        else { return nil }
        key = Array("[\"\(Self.presences)\",".utf8) + queries.bytes + [UInt8(ascii: "]")]
        group = Self.presences
        age = seconds * 1000
        wantsTotal = call.bool("total")
        isStrict = true
        hasCursor = queries.hasCursor
    }

    /// The ``group`` of lists of presences; those of tables have a slash.
    static let presences = "presences"

    /// Tells lists apart by what their caller may see.
    /// - Parameter roles: nil for a caller whom no permission binds.
    mutating func add(_ roles: [String]?) {
        key += (roles.map { JSON($0) } ?? .null).encoded
    }

    /// Whether something that was read then is new enough now.
    func accepts(_ moment: Timestamp, at now: Timestamp) -> Bool {
        let passed = now.milliseconds - moment.milliseconds
        return passed >= 0 && passed < age
    }
}

/// The items of a `queries` argument in one form, however they were written: as objects or as JSON text, with their
/// members in any order. Two texts are equal byte for byte only if they ask the same; strings that merely look the same,
/// as Unicode has them, stay different.
private struct QueryText {
    private(set) var bytes: [UInt8] = []
    private(set) var hasCursor = false

    /// nil for text that is no JSON.
    init?(_ items: [JSON]) {
        bytes.reserveCapacity(192)
        bytes.append(UInt8(ascii: "["))
        for (index, item) in items.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            guard let item = Self.item(item) else { return nil }
            bytes += item.bytes
            if item.isCursor { hasCursor = true }
        }
        bytes.append(UInt8(ascii: "]"))
    }

    fileprivate struct Item: Sendable {
        let bytes: [UInt8]
        let isCursor: Bool
    }

    /// What texts have been read, because those who ask for kept lists ask the same over and over. By their bytes, for
    /// strings are equal that merely look the same.
    private static let read = Mutex<[ByteKey: Item]>([:])

    /// How many texts are kept, and how long they may be, in bytes.
    private static let (maximum, maximumLength) = (1000, 500)

    private static func item(_ json: JSON) -> Item? {
        guard case .string(let text) = json else { return Item(json) }
        let key = ByteKey(text)
        if let known = read.withLock({ $0[key] }) { return known }
        guard let parsed = try? JSON(parsing: text), let item = Item(parsed) else { return nil }
        if text.utf8.count <= maximumLength {
            read.withLock { read in
                if read.count >= maximum { read.removeAll() }
                read[key] = item
            }
        }
        return item
    }

    fileprivate static func write(_ term: JSONObject, _ writer: inout JSONWriter) {
        writer.raw("[")
        writer.write(term["method"] ?? .null)
        writer.raw(",")
        writer.write(term["attribute"] ?? .null)
        writer.raw(",[")
        let values: [JSON] =
            switch term["values"] {
            case nil, .null?: []
            case .array(let items)?: items
            case let single?: [single]
            }
        for (index, value) in values.enumerated() {
            if index > 0 { writer.raw(",") }
            if case .object(let inner) = value, inner["method"] != nil {
                write(inner, &writer)
            } else {
                writer.write(value)
            }
        }
        writer.raw("]")
        for member in term.members where !["method", "attribute", "values"].contains(member.key) {
            writer.raw(",")
            writer.write(member.key)
            writer.raw(":")
            writer.write(member.value)
        }
        writer.raw("]")
    }
}

extension QueryText.Item {
    /// nil for what is no object.
    fileprivate init?(_ item: JSON) {
        guard case .object(let term) = item else { return nil }
        var writer = JSONWriter(reserving: 96)
        QueryText.write(term, &writer)
        bytes = writer.bytes
        isCursor = term["method"]?.string?.hasPrefix("cursor") ?? false
    }
}
