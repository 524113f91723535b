import Values

/// What `tandem_list` does to an array that is stored as JSON text.
///
/// SQLite's own functions would end texts at U+0000, take booleans for numbers and round doubles.
enum SQLiteList {
    /// The first and the last argument of the function, whose middle one is the stored text.
    static func encoded(_ action: RowOperation.ListAction) -> (word: String, items: [JSON]) {
        switch action {
        case .append(let items): ("append", items)
        case .prepend(let items): ("prepend", items)
        case .insert(let item, let index): ("insert \(index)", [item])
        case .remove(let items): ("remove", items)
        case .retain(let items): ("retain", items)
        case .unique: ("unique", [])
        case .filter(let comparison, let operand): ("filter \(comparison.rawValue)", [operand])
        }
    }

    /// The new text of the array.
    static func apply(_ word: String, _ stored: UnsafeBufferPointer<UInt8>, _ items: UnsafeBufferPointer<UInt8>)
        -> [UInt8]
    {
        let list = (try? JSON(parsing: stored))?.array ?? []
        let operands = (try? JSON(parsing: items))?.array ?? []
        let parts = word.split(separator: " ")
        let result: [JSON]
        switch parts[0] {
        case "append": result = list + operands
        case "prepend": result = operands + list
        case "insert":
            let index = min(Int(parts[1]) ?? list.count, list.count)
            result = list[..<index] + operands + list[index...]
        case "remove":
            let unwanted = Set(operands.map(Item.init))
            result = list.filter { !unwanted.contains(Item($0)) }
        case "retain":
            let wanted = Set(operands.map(Item.init))
            result = list.filter { wanted.contains(Item($0)) }
        case "unique":
            var seen: Set<Item> = []
            result = list.filter { seen.insert(Item($0)).inserted }
        default:
            let operand = Item(operands.first ?? .null)
            let comparison = Comparison(rawValue: String(parts[1])) ?? .isNotNull
            result = list.filter { Item($0).holds(comparison, operand) }
        }
        return JSON.array(result).encoded
    }

    /// An item as the store compares it: texts by their bytes.
    private enum Item: Hashable {
        case nothing
        case bool(Bool)
        case integer(Int64)
        case double(Double)
        case text([UInt8])

        init(_ value: JSON) {
            switch value {
            case .bool(let flag): self = .bool(flag)
            case .int(let number): self = .integer(number)
            case .double(let number): self = .double(number)
            case .string(let text): self = .text(Array(text.utf8))
            default: self = .nothing
            }
        }

        func holds(_ comparison: Comparison, _ other: Item) -> Bool {
            switch comparison {
            case .equal: self == other
            case .notEqual: self != other
            case .lessThan: isLess(than: other)
            case .greaterThan: other.isLess(than: self)
            case .lessThanEqual: self == other || isLess(than: other)
            case .greaterThanEqual: self == other || other.isLess(than: self)
            case .isNull: self == .nothing
            default: self != .nothing
            }
        }

        private func isLess(than other: Item) -> Bool {
            switch (self, other) {
            case (.bool(let left), .bool(let right)): !left && right
            case (.integer(let left), .integer(let right)): left < right
            case (.double(let left), .double(let right)): left < right
            case (.text(let left), .text(let right)): left.lexicographicallyPrecedes(right)
            default: false
            }
        }
    }
}
