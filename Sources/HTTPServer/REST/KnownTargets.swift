import HTTPTypes
import Synchronization
import Values

/// What `GET` requests have asked for that had a query, taken apart: those who list rows ask the same over and over.
final class KnownTargets: Sendable {
    /// What a request asks for.
    struct Target: Sendable {
        let match: RouteTable.Match
        /// The arguments in the query.
        let query: JSONObject
    }

    /// By the bytes that were sent, for strings are equal that merely look the same.
    private let known = Mutex<[ByteKey: Target]>([:])

    /// How many are kept, and how long they may be, in bytes.
    private static let (maximum, maximumLength) = (500, 2000)

    /// - Parameter read: takes apart what is not known.
    /// - Throws: what `read` throws.
    func target(
        _ method: HTTPRequest.Method,
        _ text: String,
        _ read: (_ path: Substring, _ query: Substring) throws(AppError) -> Target
    ) throws(AppError) -> Target {
        let (path, query) = URLText.parts(of: text)
        guard method == .get, !query.isEmpty, text.utf8.count <= Self.maximumLength else {
            return try read(path, query)
        }
        let key = ByteKey(text)
        if let target = known.withLock({ $0[key] }) { return target }
        let target = try read(path, query)
        known.withLock { known in
            if known.count >= Self.maximum { known.removeAll() }
            known[key] = target
        }
        return target
    }
}
