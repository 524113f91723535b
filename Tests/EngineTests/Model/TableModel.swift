import TestSupport
import Values

/// What a table should hold, kept in memory in the simplest way.
struct TableModel {
    struct Column: Equatable {
        var key: String
        var type: String
        var isRequired: Bool
        var defaultValue: JSON
    }

    struct Row: Equatable {
        var id: String
        var values: [String: JSON]
        var permissions: [String]
    }

    var columns: [Column] = []
    /// In the order of their creation.
    var rows: [Row] = []
    /// The column of each unique index by the key of the index.
    var unique: [String: String] = [:]

    func column(_ key: String) -> Column? { columns.first { $0.key == key } }

    func position(_ id: String) -> Int? { rows.firstIndex { $0.id == id } }

    /// The error type that a row with these values is refused with, were it stored under `id`.
    func conflict(_ values: [String: JSON], _ id: String) -> String? {
        for column in unique.values {
            guard let value = values[column], value != nil else { continue }
            if rows.contains(where: { $0.id != id && $0.values[column] == value }) {
                return "row_unique_constraint_violation"
            }
        }
        return nil
    }

    /// The values of a new row, or what it is refused with.
    func completed(_ data: [String: JSON]) -> Result<[String: JSON], Refused> {
        var values: [String: JSON] = [:]
        for column in columns {
            values[column.key] = data[column.key] ?? column.defaultValue
            if column.isRequired, values[column.key] == nil as JSON { return .failure(.invalid) }
        }
        return data.keys.allSatisfy { column($0) != nil } ? .success(values) : .failure(.invalid)
    }

    /// The values of a changed row, or what the change is refused with.
    func changed(_ row: Row, _ data: [String: JSON]) -> Result<[String: JSON], Refused> {
        for (key, value) in data {
            guard let column = column(key) else { return .failure(.invalid) }
            if column.isRequired, value.isNull { return .failure(.invalid) }
        }
        return .success(row.values.merging(data) { $1 })
    }

    struct Refused: Error, Equatable {
        var type: String

        static let invalid = Refused(type: "row_invalid_structure")
    }
}

extension SplitMix64 {
    /// A value that a column of the type takes, from few enough that they meet.
    mutating func value(_ type: String) -> JSON {
        switch type {
        case "integer": .int(pick([.min, -1, 0, 1, 2, 3, 9_007_199_254_740_993, .max]))
        case "text": .string(pick(["", "a", "B", "ä", "line\nbreak", "quote\"", "🌱"]))
        case "boolean": .bool(once(in: 2))
        default: .double(pick([0.5, -1.25, 1e300, 2]))
        }
    }
}
