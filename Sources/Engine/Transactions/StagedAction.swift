import Catalog

/// What an operation of a transaction does, as `createOperations` names it.
enum StagedAction: String, Sendable, CaseIterable {
    case create, update, upsert, delete, increment, decrement
    case bulkCreate, bulkUpdate, bulkUpsert, bulkDelete

    /// The id of the operation that it stands for.
    var operation: String {
        switch self {
        case .create: "tablesDB.createRow"
        case .update: "tablesDB.updateRow"
        case .upsert: "tablesDB.upsertRow"
        case .delete: "tablesDB.deleteRow"
        case .increment: "tablesDB.incrementRowColumn"
        case .decrement: "tablesDB.decrementRowColumn"
        case .bulkCreate: "tablesDB.createRows"
        case .bulkUpdate: "tablesDB.updateRows"
        case .bulkUpsert: "tablesDB.upsertRows"
        case .bulkDelete: "tablesDB.deleteRows"
        }
    }

    /// The action of an operation in whatever words; nil for one that can't be staged.
    init?(_ operation: Operation) {
        guard let known = Self.allCases.first(where: { $0.operation == operation.implementation }) else { return nil }
        self = known
    }

    /// Whether it depends on what its row was. New rows don't, nor do steps up and down from any value; bulks find their
    /// rows when they are carried out.
    var isBound: Bool { [.update, .upsert, .delete].contains(self) }

    /// Whether it is about any number of rows.
    var isBulk: Bool { [.bulkCreate, .bulkUpdate, .bulkUpsert, .bulkDelete].contains(self) }
}
