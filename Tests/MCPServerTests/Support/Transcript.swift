import Testing
import Values

@testable import MCPServer

/// The session alone: one line in, the text of its reply out.
struct Transcript {
    var session: Session

    /// - Parameter version: What was negotiated before; nil for a fresh session.
    init(_ version: String? = nil, tools: [Tool] = Tool.testTools, hasEvents: Bool = false) {
        session = Session(identity: .test, tools: tools, hasEvents: hasEvents)
        if let version {
            _ = send(
                #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"\#(version)"}}"#
            )
        }
    }

    mutating func action(_ line: String) -> Action {
        Array(line.utf8).withUnsafeBufferPointer { session.receive(line: $0) }
    }

    /// The reply, nil when the line is ignored, and a word in brackets for every other action.
    mutating func send(_ line: String) -> String? {
        switch action(line) {
        case .ignore: nil
        case .reply(let reply): reply.text
        case .call(let call): "[call \(call.tool.definition.name) \(JSON.object(call.arguments).text)]"
        case .ask(let request): "[ask \(request.question)]"
        case .cancel(let id): "[cancel \(id)]"
        case .batch(let actions): "[batch of \(actions.count)]"
        }
    }
}

extension Transcript {
    /// The reply as a value.
    mutating func json(_ line: String) throws -> JSON {
        let reply = send(line)
        return try JSON(parsing: try #require(reply))
    }
}

extension Reply {
    var text: String {
        var writer = JSONWriter()
        write(to: &writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

/// A 2026-07-28 request; `params` are further members, each with a leading comma.
func modern(_ method: String, id: String = "1", _ params: String = "") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":{"_meta":{"#
        + #""io.modelcontextprotocol/protocolVersion":"2026-07-28","#
        + #""io.modelcontextprotocol/clientCapabilities":{}}\#(params)}}"#
}

/// A request of a version with a handshake; `params` is an object.
func legacy(_ method: String, id: String = "1", _ params: String? = nil) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)"\#(params.map { ",\"params\":\($0)" } ?? "")}"#
}
