import Catalog
import Values

/// An invocation that was found, validated and authorised.
struct Call: Sendable {
    let operation: Operation
    /// Validated and defaulted, under their canonical names.
    let arguments: JSONObject
    let caller: Caller
    let now: Timestamp
    let clock: WallClock

    /// The words in which the caller speaks and is answered.
    var dialect: Dialect { operation.dialect }

    /// An argument that the catalog demands, as a string.
    func string(_ name: String) -> String { arguments[name]?.string ?? "" }

    /// An optional argument; nil when it is absent or null.
    func optional(_ name: String) -> JSON? {
        guard let value = arguments[name], !value.isNull else { return nil }
        return value
    }

    func bool(_ name: String) -> Bool { arguments[name]?.bool ?? false }

    /// The id that a caller chose, or a new one for `unique()`.
    func newID(_ name: String) -> String {
        let id = string(name)
        return id == ID.unique ? clock.makeID() : id
    }

    /// The queries of a list operation.
    func queries() throws(AppError) -> Query { try Query(parsing: arguments["queries"]?.array ?? []) }
}
