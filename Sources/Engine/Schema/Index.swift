import Storage
import Values

/// An index of a table.
struct Index: Sendable, Equatable {
    /// The id of its row in the system table.
    var uid: String
    var key: String
    /// `key`, `unique`, `fulltext` or `spatial`.
    var type: String
    var columns: [String]
    /// `ASC` or `DESC` for each column.
    var orders: [String]
    var lengths: [Int64]
    var status: BuildStatus = .processing
    var error = ""
    var createdAt: Timestamp
    var updatedAt: Timestamp

    var layout: IndexLayout {
        IndexLayout(
            key,
            IndexLayout.Kind(rawValue: type) ?? .key,
            on: zip(columns, orders).map { IndexLayout.Field($0, descending: $1 == "DESC") }
        )
    }

    func json(_ dialect: Dialect) -> JSON {
        [
            "$id": .string(key), "$createdAt": .string(createdAt.text), "$updatedAt": .string(updatedAt.text),
            "key": .string(key), "type": .string(type), "status": .string(status.rawValue), "error": .string(error),
            dialect.translated("columns"): JSON(columns), "lengths": .array(lengths.map { .int($0) }),
            "orders": JSON(orders),
        ]
    }

    /// A few words for a reader: `unique(email)`, `key(status, $createdAt DESC)`.
    var summary: String {
        let fields = zip(columns, orders).map { $1 == "DESC" ? "\($0) DESC" : $0 }.joined(separator: ", ")
        return "\(type)(\(fields))" + (status == .available ? "" : " (\(status.rawValue))")
    }
}
