import Catalog
import HTTPTypes
import Hummingbird
import Values

/// The operation that a request means, with its arguments.
struct RequestArguments {
    let operation: Operation
    var arguments: JSONObject

    /// Finds the operation among those at its path, and reads its arguments from path, query, body and headers.
    ///
    /// What the operation doesn't declare is left out, because clients send more than they need to.
    /// - Throws: what the reading of a body throws.
    init(_ request: Request, _ match: RouteTable.Match, _ query: JSONObject, _ reader: BodyReader) async throws {
        let hasBody = request.method != .get && request.method != .head
        var given = hasBody ? try await reader.arguments(of: request) : query
        // Some clients send no bodies with DELETE.
        if request.method == .delete {
            for (name, value) in query.members where given[name] == nil { given[name] = value }
        }
        let candidate = Self.choose(match.candidates, given)
        operation = candidate.operation
        given = FormatFilters(FormatVersion(request.headers)).arguments(given, of: operation)
        var arguments = JSONObject()
        for (name, value) in zip(candidate.names, match.values) where operation.declares(name) {
            guard let text = URLText.decoded(value) else {
                throw AppError(
                    .generalArgumentInvalid,
                    "'\(name)' can't be read from the path: an escape is broken, or it is no UTF-8.",
                    argument: "\(name)"
                )
            }
            arguments[name] = .string(text)
        }
        for parameter in operation.parameters where parameter.place != .path {
            if let header = parameter.header {
                if let text = HTTPField.Name(header).flatMap({ request.headers[$0] }), !text.isEmpty {
                    arguments[parameter.name] = .string(text)
                }
                continue
            }
            guard let value = given[parameter.name] else { continue }
            arguments.members.append((parameter.name, parameter.read(value)))
        }
        // A path of another time may name in its body what is a part of the path today.
        for parameter in operation.parameters where parameter.place == .path && arguments[parameter.name] == nil {
            if let value = given[parameter.name] { arguments[parameter.name] = value }
        }
        self.arguments = arguments
    }

    /// The operation that knows the most of what was given; of those that know as much, the first.
    private static func choose(_ candidates: [RouteTable.Candidate], _ given: JSONObject) -> RouteTable.Candidate {
        guard candidates.count > 1 else { return candidates[0] }
        func known(_ candidate: RouteTable.Candidate) -> Int {
            given.keys.count { candidate.operation.declares($0) }
        }
        var best = candidates[0]
        for candidate in candidates.dropFirst() where known(candidate) > known(best) { best = candidate }
        return best
    }
}

extension Operation {
    /// Whether it takes an argument of this name.
    func declares(_ name: String) -> Bool { parameters.contains { $0.name == name } }
}
