import Catalog
import Engine
import Telemetry
import Values

/// The arguments of `execute-operation` as a request to the engine.
struct ExecutionArguments {
    let request: ExecutionRequest
    /// What runs, for people.
    let name: String
    /// Where in the answer events are that count as told, so that none of them may be cut off.
    let heard: Set<[String]>

    /// - Parameter client: what the client calls itself.
    init(_ arguments: JSONObject, _ execution: Tool.Execution, client: String) throws(AppError) {
        let arguments = try ToolArguments(arguments, of: .executeOperation)
        var request: ExecutionRequest
        if let steps = try arguments.array("steps") {
            for other in ["operation", "arguments", "as"] where arguments.has(other) {
                throw AppError(
                    .generalArgumentInvalid,
                    "'steps' and '\(other)' exclude each other.",
                    argument: "\(other)",
                    hint: "Put it into a step: {\"steps\":[{\"operation\":…,\"arguments\":{…}}]}."
                )
            }
            var read: [ExecutionRequest.Step] = []
            for (index, step) in steps.enumerated() { read.append(try Self.step(step, index)) }
            request = ExecutionRequest(steps: read)
            heard = Set(read.filter { $0.invocation.realtimeMethod == "wait" }.map { ["results", $0.id] })
            request.isAtomic = try arguments.flag("atomic") ?? true
            name = "a batch of \(read.count) steps"
        } else {
            guard !arguments.has("atomic") else {
                throw AppError(
                    .generalArgumentInvalid,
                    "'atomic' is about 'steps', of which there are none.",
                    argument: "atomic",
                    hint: "A single operation always happens as a whole."
                )
            }
            var invocation = Invocation(try arguments.required("operation"), try arguments.object("arguments"))
            invocation.credential = try Self.credential(arguments["as"], "as")
            request = ExecutionRequest(invocation)
            heard = invocation.realtimeMethod == "wait" ? [["result"]] : []
            name = invocation.operation
        }
        request.isDryRun = try arguments.flag("dryRun") ?? false
        let token = try arguments.string("confirm")
        request.confirmation = execution.skipsConfirmation ? .notNeeded : .needed(token: token)
        request.selection = try arguments.strings("select").map { texts throws(AppError) in try Self.selection(texts) }
        let share = execution.maximumAnswer / max(1, request.steps.count)
        for index in request.steps.indices {
            request.steps[index].invocation.client = Client(userAgent: client, answerBytes: share)
        }
        self.request = request
    }

    /// What runs, for those who count: the id of an operation, or `batch`.
    func kind(in catalog: Catalog) -> String {
        if request.isBatch { return "batch" }
        return catalog.operation(request.steps[0].invocation.operation)?.id ?? CallMeter.noOperation
    }

    /// As whom it runs; nil where nothing is said, or several things are.
    var caller: CallRecord.Caller? {
        guard request.steps.count == 1, let credential = request.steps[0].invocation.credential else { return nil }
        switch credential {
        case .key: return .key
        case .session: return .session
        case .jwt: return .jwt
        case .actor(.guest): return .guest
        case .actor(.key): return .key
        case .actor: return .user
        }
    }

    private static func step(_ value: JSON, _ index: Int) throws(AppError) -> ExecutionRequest.Step {
        guard case .object(let object) = value else {
            throw AppError(
                .generalArgumentInvalid,
                "'steps[\(index)]' must be an object, not \(value.kindName).",
                argument: "steps[\(index)]"
            )
        }
        let step = try ToolArguments(
            object,
            known: ["id", "operation", "arguments", "as"],
            of: "steps[\(index)]",
            place: "steps[\(index)]."
        )
        var invocation = Invocation(try step.required("operation"), try step.object("arguments"))
        invocation.credential = try credential(step["as"], "steps[\(index)].as")
        return ExecutionRequest.Step(id: try step.string("id") ?? String(index), invocation)
    }

    /// Who acts: an actor by name, or somebody who has the secret of a session, a JWT or an API key.
    private static func credential(_ value: JSON?, _ argument: Prose) throws(AppError) -> Credential? {
        switch value {
        case nil, .null?: return nil
        case .string(let text)?: return .actor(try Actor(parsing: text))
        case .object(let object)? where object.members.count == 1:
            let member = object.members[0]
            guard let text = member.value.string else { break }
            switch member.key {
            case "userId": return .actor(try Actor(parsing: "user:\(text)"))
            case "session": return .session(text)
            case "jwt": return .jwt(text)
            case "key": return .key(text)
            default: break
            }
        default: break
        }
        throw AppError(
            .generalArgumentInvalid,
            "'\(argument)' says not who acts.",
            argument: argument,
            hint:
                "Write \"key\", \"guest\", \"user:ID\", or {\"session\": SECRET}, {\"jwt\": TOKEN}, {\"key\": SECRET}."
        )
    }

    private static func selection(_ texts: [String]) throws(AppError) -> Selection {
        var pointers: [JSONPointer] = []
        for (index, text) in texts.enumerated() {
            do throws(JSONPointer.Malformed) { pointers.append(try JSONPointer(parsing: text)) } catch {
                throw AppError(
                    .generalArgumentInvalid,
                    "'select[\(index)]' is no JSON pointer: \(error.reason).",
                    argument: "select[\(index)]",
                    hint: "For example \"/rows/*/$id\" or \"/total\"."
                )
            }
        }
        return Selection(pointers)
    }
}
