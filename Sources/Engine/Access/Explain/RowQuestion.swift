import Catalog
import Storage
import Values

/// What stands before an operation on rows.
struct RowQuestion {
    let context: ReadContext

    init(_ context: ReadContext) { self.context = context }

    /// What an operation does to rows, by the name of its original.
    private static let actions: [String: Action] = [
        "createRow": .create, "createRows": .create, "getRow": .read, "listRows": .read, "explainRows": .read,
        "updateRow": .update, "updateRows": .update, "incrementRowColumn": .update, "decrementRowColumn": .update,
        "upsertRow": .update, "upsertRows": .update, "deleteRow": .delete, "deleteRows": .delete,
    ]

    func explain(_ explanation: inout AccessExplanation) throws {
        let name = context.call.operation.implementation.split(separator: ".").last.map(String.init) ?? ""
        guard let action = Self.actions[name] else { return }
        if let missing = context.lacks("databaseId", "tableId") {
            return explanation.add("table", .depends("It depends on the table: give \(missing) in arguments."))
        }
        let found = try explanation.check("table") {
            let table = try context.table()
            return (table, "The table '\(table.id)' is there and enabled.")
        }
        guard let table = found else { return }
        let id = context.call.optional("rowId")?.string
        let row = try id.flatMap { try context.session.row($0, in: table.layout) }
        let isNew = name.hasPrefix("upsert") && row == nil
        explain(isNew ? .create : action, on: table, id, row, &explanation)
    }

    private func explain(
        _ action: Action,
        on table: Table,
        _ id: String?,
        _ row: StoredRow?,
        _ explanation: inout AccessExplanation
    ) {
        let caller = context.caller
        switch caller.access(action, to: table) {
        case .all:
            let granted = caller.grants(action).first(where: table.permissions.contains) ?? ""
            explanation.add(
                "tablePermissions",
                .passes("The table grants \(granted), and \(caller.actor) has that role.")
            )
        case .none: explanation.add("tablePermissions", .refuses(caller.refusal(action, on: table)))
        case .own:
            explanation.add(
                "tablePermissions",
                .passes("The table grants nothing to \(caller.actor), but row security lets rows do so.")
            )
            guard let id else {
                let isMany = context.call.operation.name.hasSuffix("s")
                let rule: Prose = "it reaches the rows that grant one of \(list(caller.grants(action)))"
                return explanation.add(
                    "rowPermissions",
                    isMany
                        ? .passes("Of the table's rows \(rule).") : .depends("Without rowId it can't be told; \(rule).")
                )
            }
            guard let row else { return explanation.add("row", .refuses(.unknownRow(id, table, caller))) }
            if let granted = caller.grants(action).first(where: row.permissions.contains) {
                explanation.add(
                    "rowPermissions",
                    .passes("The row grants \(granted), and \(caller.actor) has that role.")
                )
            } else {
                explanation.add("rowPermissions", .refuses(caller.refusal(action, on: table)))
            }
        }
    }

    private func list(_ permissions: [String]) -> String { permissions.joined(separator: ", ") }
}
