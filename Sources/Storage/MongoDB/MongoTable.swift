import Values

/// A layout as it is stored: its collection, and rows to and from BSON.
final class MongoTable: Sendable {
    let layout: TableLayout
    let collection: MongoCollection
    /// The names in stored documents that rows are read from, with the positions of their columns. While a column is
    /// being renamed its value may be under either name.
    private let fields: [(name: [UInt8], position: Int)]

    init(_ layout: TableLayout, _ collection: MongoCollection) {
        self.layout = layout
        self.collection = collection
        var fields: [(name: [UInt8], position: Int)] = []
        for (position, column) in layout.columns.enumerated() {
            fields.append((Array(column.key.utf8), position))
            if column.storedAs != column.key { fields.append((Array(column.storedAs.utf8), position)) }
        }
        self.fields = fields
    }

    /// A new row as a document.
    func encode(_ row: NewRow, sequence: Int64) -> [UInt8] {
        var writer = BSONWriter(reserving: 256)
        writer.string("_id", row.id)
        writer.int64("_seq", sequence)
        writer.date("_createdAt", row.createdAt)
        writer.date("_updatedAt", row.updatedAt)
        if !row.permissions.isEmpty { writer.strings("_permissions", row.permissions) }
        for (column, value) in zip(layout.columns, row.values) where !value.isNull {
            Self.write(value, column, .named(column.key), to: &writer)
        }
        return writer.finish()
    }

    /// A stored document as a row; what has another type than its column is read as null.
    func decode(_ document: BSONView) throws -> StoredRow {
        var row = StoredRow(
            id: "",
            sequence: "0",
            createdAt: Timestamp(milliseconds: 0),
            updatedAt: Timestamp(milliseconds: 0),
            permissions: [],
            values: Array(repeating: .null, count: layout.columns.count)
        )
        // Documents keep the order in which they were written, which is that of the layout.
        var next = 0
        try document.forEach { element in
            if element.key.first == 0x5F {
                try Self.decodeSystem(element, &row)
                return true
            }
            guard let index = index(of: element.key, from: next) else { return true }
            next = index + 1
            let position = fields[index].position
            row.values[position] = try Self.value(element, layout.columns[position])
            return true
        }
        return row
    }

    private static func decodeSystem(_ element: BSONView.Element, _ row: inout StoredRow) throws {
        if element.isNamed("_id") {
            row.id = element.string ?? ""
        } else if element.isNamed("_seq") {
            row.sequence = String(element.integer ?? 0)
        } else if element.isNamed("_createdAt") {
            row.createdAt = element.date ?? row.createdAt
        } else if element.isNamed("_updatedAt") {
            row.updatedAt = element.date ?? row.updatedAt
        } else if element.isNamed("_permissions") {
            row.permissions = try element.strings
        }
    }

    private func index(of key: UnsafeRawBufferPointer, from start: Int) -> Int? {
        for offset in fields.indices {
            let index = start + offset < fields.count ? start + offset : start + offset - fields.count
            if fields[index].name.count == key.count, fields[index].name.elementsEqual(key) { return index }
        }
        return nil
    }

    /// Writes a wire value in the type of its column.
    static func write(_ value: JSON, _ column: ColumnLayout, _ key: BSONKey, to writer: inout BSONWriter) {
        if column.isArray, case .array(let items) = value {
            writer.array(key) { writer in
                for (index, item) in items.enumerated() { write(scalar: item, column.kind, .index(index), to: &writer) }
            }
        } else {
            write(scalar: value, column.kind, key, to: &writer)
        }
    }

    static func write(scalar value: JSON, _ kind: ColumnKind, _ key: BSONKey, to writer: inout BSONWriter) {
        switch (kind, value) {
        case (.double, .int(let number)): writer.double(key, Double(number))
        case (.datetime, .string(let text)):
            guard let moment = Timestamp(parsing: text) else { preconditionFailure("the engine let a bad date pass") }
            writer.date(key, moment)
        case (.geometry, .array): write(shape: value, key, to: &writer)
        default: writer.json(key, value)
        }
    }

    private static func value(_ element: BSONView.Element, _ column: ColumnLayout) throws -> JSON {
        guard column.isArray else { return try scalar(element, column.kind) }
        guard element.type == 0x04 else { return .null }
        var items: [JSON] = []
        try BSONView(element.value).forEach { item in
            items.append(try scalar(item, column.kind))
            return true
        }
        return .array(items)
    }

    private static func scalar(_ element: BSONView.Element, _ kind: ColumnKind) throws -> JSON {
        switch kind {
        case .text: element.string.map { .string($0) } ?? .null
        case .integer: element.integer.map { .int($0) } ?? .null
        case .double: element.number.map { .double($0) } ?? .null
        case .boolean: element.bool.map { .bool($0) } ?? .null
        case .datetime: element.date.map { .string($0.text) } ?? .null
        case .json: try element.json
        case .geometry: try coordinates(element)
        }
    }

    /// The names under which documents have a field: two while its column is being renamed.
    func names(of key: String) -> [String]? {
        guard let (name, column) = field(key) else { return nil }
        return name == column.key && column.storedAs != name ? [name, column.storedAs] : [name]
    }

    /// How a filter or an order names a field: the name in documents with its kind.
    func field(_ key: String) -> (name: String, column: ColumnLayout)? {
        switch key {
        case "$id": ("_id", ColumnLayout("$id", .text))
        case "$sequence": ("_seq", ColumnLayout("$sequence", .integer))
        case "$createdAt": ("_createdAt", ColumnLayout("$createdAt", .datetime))
        case "$updatedAt": ("_updatedAt", ColumnLayout("$updatedAt", .datetime))
        default: layout.position(of: key).map { (layout.columns[$0].key, layout.columns[$0]) }
        }
    }
}
