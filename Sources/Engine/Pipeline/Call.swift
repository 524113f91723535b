import Catalog
import Values

/// Where a call came from.
package struct Client: Sendable, Hashable {
    /// The address of the caller as text; empty where there is none, as over a pipe.
    package var ip: String
    package var userAgent: String
    /// How long the answer should be at the most, in bytes; nil where it may have any length. It binds those whose answer
    /// can stop earlier and go on with the next call.
    package var answerBytes: Int?
    /// The way by which the call came, where the project's owner can close it.
    package var way: ProjectProtocol?
    /// The language in which mails that the call causes are to be, such as `pt-br`; empty where it does not say.
    package var locale = ""

    package init(ip: String = "", userAgent: String = "", answerBytes: Int? = nil, way: ProjectProtocol? = nil) {
        self.ip = ip
        self.userAgent = userAgent
        self.answerBytes = answerBytes
        self.way = way
    }
}

/// An invocation that was found, validated and authorised.
struct Call: Sendable {
    var operation: Operation
    /// Validated and defaulted, under their canonical names.
    let arguments: JSONObject
    let actor: Actor
    /// From where it was called.
    var client = Client()
    let now: Timestamp
    let clock: WallClock
    /// As in ``Invocation/movesRows``.
    var movesRows = false
    /// As in ``Invocation/keyDigest``.
    var keyDigest: String?
    /// As in ``Invocation/unchangedSince``.
    var unchangedSince: Timestamp?
    /// Where it stands in a trace, so that what happens because of it later can say so too.
    var trace = TraceContext.current
    /// What it takes of the limit of its operation; nil where none binds the caller.
    var charge: Charge?

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
