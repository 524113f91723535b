import Values

/// Where a row stands among the arguments of a call, for messages.
struct RowPlace: Sendable {
    /// The argument that holds its id.
    var id: Prose
    /// The argument that holds its values.
    var data: Prose

    /// The row of a call that writes one.
    static let single = RowPlace(id: "rowId", data: "data")

    /// A row of the list that a call writes.
    static func item(_ index: Int) -> RowPlace {
        RowPlace(id: "rows[\(index)].$id", data: "rows[\(index)]")
    }

    func field(_ key: String) -> Prose { data + ".\(key)" }
}
