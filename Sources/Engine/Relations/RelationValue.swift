import Values

/// Where in the data of a call something is said, for errors, and how many relations lie between.
struct DataPlace {
    /// `data`, `data.author`, `data.author.books[2]`.
    let path: String
    let depth: Int

    static let top = DataPlace(path: "data", depth: 0)

    func field(_ key: String, item: Int? = nil) -> DataPlace {
        DataPlace(path: "\(path).\(key)" + (item.map { "[\($0)]" } ?? ""), depth: depth + 1)
    }

    /// Runs the reading of nested data, whose errors speak of `data`.
    func reading<R>(_ body: () throws -> R) throws -> R {
        do { return try body() } catch let error as AppError {
            guard depth > 0, let argument = error.argument, argument.hasPrefix("data") else { throw error }
            throw error.about(Prose(quoting: path + argument.dropFirst(4)))
        }
    }

    func invalid(_ reason: Prose, hint: Prose? = nil) -> AppError {
        AppError(
            .relationshipValueInvalid,
            "Invalid relationship value: \(reason).",
            argument: Prose(quoting: path),
            hint: hint
        )
    }
}

/// One related row as data names it.
enum RelationValue {
    /// The id of a row that exists.
    case id(String)
    /// A row to make, or to change where its `$id` is known.
    case row(id: String?, JSONObject)

    /// How many related rows one value may name.
    static let maximumItems = 1000

    /// The rows that a value names; none for null.
    /// - Parameter most: how many they may be.
    /// - Throws: 400 `relationship_value_invalid`.
    static func all(
        _ value: JSON,
        of link: Link,
        at place: DataPlace,
        atMost most: Int
    ) throws(AppError) -> [(RelationValue, DataPlace)] {
        if value.isNull { return [] }
        guard link.isToMany else { return [(try one(value, at: place.field(link.key)), place.field(link.key))] }
        guard case .array(let items) = value else {
            throw place.field(link.key).invalid(
                "'\(link.key)' takes a list of ids or of rows, not \(value.kindName)",
                hint: "A row is related to several here; null or [] clears them."
            )
        }
        guard items.count <= most else {
            throw place.field(link.key).invalid("'\(link.key)' takes at most \(most) items at once")
        }
        var result: [(RelationValue, DataPlace)] = []
        for (index, item) in items.enumerated() {
            let place = place.field(link.key, item: index)
            result.append((try one(item, at: place), place))
        }
        return result
    }

    private static func one(_ value: JSON, at place: DataPlace) throws(AppError) -> RelationValue {
        switch value {
        case .string(let id):
            guard ID.isValid(id) else { throw place.invalid("a string here is the id of a row, which this can't be") }
            return .id(id)
        case .object(let data):
            guard place.depth <= FieldTree.maximumDepth else {
                throw place.invalid("rows are nested deeper than \(FieldTree.maximumDepth) relations")
            }
            switch data["$id"] {
            case nil, .null?, .string(ID.unique)?: return .row(id: nil, data)
            case .string(let id)? where ID.isValid(id): return .row(id: id, data)
            default: throw place.invalid("\"$id\" must be the id of a row")
            }
        default:
            throw place.invalid(
                "it must be the id of a row, or a row, not \(value.kindName)",
                hint: "Relate an existing row by its id, or give an object with the columns of a new one."
            )
        }
    }
}
