import Catalog
import Values

/// Reads the items of `createOperations`, each of which says an operation on rows in a short form.
struct OperationItems: Sendable {
    let catalog: Catalog
    /// Whether an actor may run an operation at all.
    let authorize: @Sendable (Actor, Operation) throws(AppError) -> Actor

    func read(_ call: Call) throws(AppError) -> [StagedOperation] {
        let items = call.arguments["operations"]?.array ?? []
        guard !items.isEmpty else {
            throw AppError(
                .generalArgumentInvalid,
                "There is nothing to stage.",
                argument: "operations",
                hint: "For example [{\"action\":\"create\",\"databaseId\":…,\"tableId\":…,\"rowId\":…,\"data\":{…}}]."
            )
        }
        var result: [StagedOperation] = []
        for (index, item) in items.enumerated() {
            do throws(AppError) { result.append(try read(item.object ?? JSONObject(), call)) } catch {
                throw error.said(in: call.dialect).within("operations[\(index)]")
            }
        }
        return result
    }

    private func read(_ item: JSONObject, _ call: Call) throws(AppError) -> StagedOperation {
        let action = item["action"]?.string ?? ""
        guard let known = StagedAction(rawValue: action), let operation = catalog.operation(known.operation) else {
            let names = StagedAction.allCases.map(\.rawValue)
            let near = Spelling.suggestions(for: action, among: names)
            throw AppError(
                .generalArgumentInvalid,
                item["action"] == nil ? "The action is missing." : "There is no action '\(action)'.",
                argument: "action",
                hint: near.isEmpty
                    ? "Actions are \(names.joined(separator: ", "))."
                    : "Did you mean \(near.joined(separator: " or "))?"
            )
        }
        let actor = try authorize(call.actor, operation)
        var arguments = try Self.arguments(item, known)
        if known == .create, arguments["rowId"] == nil { arguments["rowId"] = .string(ID.unique) }
        let inner = Call(
            operation: operation,
            arguments: try operation.validate(arguments),
            actor: actor,
            client: call.client,
            now: call.now,
            clock: call.clock
        )
        return Staging.completed(inner)
    }

    /// The arguments of the operation that an item stands for.
    private static func arguments(_ item: JSONObject, _ action: StagedAction) throws(AppError) -> JSONObject {
        var known = ["action", "databaseId", "tableId", "collectionId", "data"]
        if !action.isBulk { known += ["rowId", "documentId"] }
        try checkMembers(of: item, known, action)
        var result = JSONObject()
        result["databaseId"] = item["databaseId"]
        result["tableId"] = item["tableId"] ?? item["collectionId"]
        let data = item["data"]
        if !action.isBulk { result["rowId"] = item["rowId"] ?? item["documentId"] }
        switch (action, data) {
        case (.create, _), (.update, _), (.upsert, _):
            result["data"] = data
            result["permissions"] = data?["$permissions"]
        case (.delete, _): break
        case (.increment, _), (.decrement, _):
            let bound = action == .increment ? "max" : "min"
            try checkMembers(of: data?.object, ["column", "attribute", "value", bound], action, in: "data")
            result["column"] = data?["column"] ?? data?["attribute"]
            result["value"] = data?["value"]
            result[bound] = data?[bound]
        case (.bulkCreate, .array?), (.bulkUpsert, .array?): result["rows"] = data
        case (.bulkUpdate, .object(let object)?), (.bulkDelete, .object(let object)?):
            try checkMembers(of: object, ["queries"] + (action == .bulkUpdate ? ["data"] : []), action, in: "data")
            result["queries"] = object["queries"]
            if action == .bulkUpdate { result["data"] = object["data"] }
        default:
            throw AppError(
                .generalArgumentInvalid,
                "The data of \(action.rawValue) has the wrong form.",
                argument: "data",
                hint: action == .bulkCreate || action == .bulkUpsert
                    ? "It is a list of rows." : "It is an object with \"queries\" and, for an update, \"data\"."
            )
        }
        return result
    }

    /// - Throws: 400 `general_argument_invalid` for a member that nothing would come of; null counts as left out.
    private static func checkMembers(
        of object: JSONObject?,
        _ known: [String],
        _ action: StagedAction,
        in place: String? = nil
    ) throws(AppError) {
        for (key, value) in object?.members ?? [] where !value.isNull && !known.contains(key) {
            let near = Spelling.suggestions(for: key, among: known)
            throw AppError(
                .generalArgumentInvalid,
                "The \(place ?? "operation") of the action \(action.rawValue) has no member '\(key)'.",
                argument: Prose(quoting: place.map { "\($0).\(key)" } ?? key),
                hint: near.isEmpty
                    ? "Its members are \(known.joined(separator: ", "))."
                    : "Did you mean \(near.joined(separator: " or "))?"
            )
        }
    }
}
