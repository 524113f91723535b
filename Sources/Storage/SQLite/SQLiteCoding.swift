import Values

extension SQLValue {
    /// The stored form of a wire value: datetimes as milliseconds, arrays and `json` columns as JSON text.
    init(_ value: JSON, _ column: ColumnLayout) {
        if case .null = value {
            self = .null
        } else if column.isArray {
            guard case .array(let items) = value else { Self.mismatch(value, column) }
            self = .text(column.kind == .datetime ? JSON.array(items.map(Self.milliseconds)).text : value.text)
        } else {
            self.init(scalar: value, column.kind)
        }
    }

    /// The stored form of one value, or of one item of an array.
    init(scalar value: JSON, _ kind: ColumnKind) {
        switch (kind, value) {
        case (_, .null): self = .null
        case (.text, .string(let text)): self = .text(text)
        case (.integer, .int(let number)): self = .integer(number)
        case (.integer, .string(let digits)):
            // Only `$sequence` comes as text; one that is no number matches nothing.
            self = Int64(digits).map { .integer($0) } ?? .null
        case (.double, .double(let number)): self = .real(number)
        case (.double, .int(let number)): self = .real(Double(number))
        case (.boolean, .bool(let flag)): self = .integer(flag ? 1 : 0)
        case (.datetime, .string): self.init(scalar: Self.milliseconds(value), .integer)
        case (.json, _), (.geometry, .array): self = .text(value.text)
        default: Self.mismatch(value, ColumnLayout("", kind))
        }
    }

    private static func milliseconds(_ value: JSON) -> JSON {
        guard case .string(let text) = value, let moment = Timestamp(parsing: text) else { return .null }
        return .int(moment.milliseconds)
    }

    /// Values are bound to their columns by the engine; another kind here is a fault of ours.
    private static func mismatch(_ value: JSON, _ column: ColumnLayout) -> Never {
        preconditionFailure("\(value.kindName) reached a \(column.kind) column")
    }
}

extension SQLiteStatement {
    /// The wire form of what a column holds.
    func value(_ index: Int32, _ column: ColumnLayout) -> JSON {
        if isNull(index) { return .null }
        if column.isArray {
            guard let parsed = try? JSON(parsing: bytes(index)) else { return .null }
            guard column.kind == .datetime, case .array(let items) = parsed else { return parsed }
            return .array(items.map { $0.int.map { .string(Timestamp(milliseconds: $0).text) } ?? .null })
        }
        switch column.kind {
        case .text: return .string(text(index))
        case .integer: return .int(integer(index))
        case .double: return .double(real(index))
        case .boolean: return .bool(integer(index) != 0)
        case .datetime: return .string(Timestamp(milliseconds: integer(index)).text)
        case .json, .geometry: return (try? JSON(parsing: bytes(index))) ?? .null
        }
    }

    /// The row at hand, read by the order of ``SQLiteTable/selection(_:)``.
    func row(_ layout: TableLayout, _ positions: [Int]?) -> StoredRow {
        var values: [JSON]
        let first = Int32(SQLiteTable.systemColumns.count)
        if let positions {
            values = Array(repeating: .null, count: layout.columns.count)
            for (offset, position) in positions.enumerated() {
                values[position] = value(first + Int32(offset), layout.columns[position])
            }
        } else {
            values = []
            values.reserveCapacity(layout.columns.count)
            for (offset, column) in layout.columns.enumerated() {
                values.append(value(first + Int32(offset), column))
            }
        }
        return StoredRow(
            id: text(1),
            sequence: String(integer(0)),
            createdAt: Timestamp(milliseconds: integer(2)),
            updatedAt: Timestamp(milliseconds: integer(3)),
            permissions: permissions(4),
            values: values
        )
    }

    /// The list of permissions in a column, which is null for none.
    func permissions(_ index: Int32) -> [String] {
        guard !isNull(index), let list = try? JSON(parsing: bytes(index)) else { return [] }
        return list.strings ?? []
    }
}
