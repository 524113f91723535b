private import Synchronization
package import Values

/// Everything that can be asked of the backend: the operations of `catalog.json`, or a selection of them.
package final class Catalog: Sendable {
    /// A group of operations, the first half of their ids.
    package struct Service: Sendable, Equatable {
        package let id: String
        /// What it is for, in one sentence.
        package let summary: String
        /// What its operations are about where their names don't say it, as in `tablesDB.create`.
        let noun: String
        /// Whether its operations are about all projects, and so are carried out by the console only.
        let isOnConsole: Bool

        init(id: String, summary: String, noun: String, isOnConsole: Bool = false) {
            self.id = id
            self.summary = summary
            self.noun = noun
            self.isOnConsole = isOnConsole
        }
    }

    /// The operations in the order in which they are declared.
    package let operations: [Operation]
    /// The services of ``operations``.
    package let services: [Service]

    let vocabulary: Vocabulary
    private let consoleServices: Set<String>
    private let byID: [String: Operation]
    private let byFoldedID: [[UInt8]: Operation]
    private let builtIndex = Mutex<SearchIndex?>(nil)

    init(operations: [Operation], services: [Service], vocabulary: Vocabulary) {
        self.operations = operations
        let used = Set(operations.map(\.service))
        self.services = services.filter { used.contains($0.id) }
        self.vocabulary = vocabulary
        consoleServices = Set(services.filter(\.isOnConsole).map(\.id))
        var byID: [String: Operation] = [:]
        var byFoldedID: [[UInt8]: Operation] = [:]
        for operation in operations {
            for spelling in [operation.id] + operation.aliases {
                let previous = byFoldedID.updateValue(operation, forKey: Spelling.folded(spelling))
                precondition(previous == nil, "catalog.json, \(operation.id): '\(spelling)' is declared twice")
                byID[spelling] = operation
            }
        }
        self.byID = byID
        self.byFoldedID = byFoldedID
    }

    /// The index of ``search(query:service:limit:detail:)``, built at the first search.
    var index: SearchIndex {
        builtIndex.withLock { index in
            if let index { return index }
            let new = SearchIndex(operations: operations, services: services, vocabulary: vocabulary)
            index = new
            return new
        }
    }

    /// The operation of that id or alias; spellings compare as lower-cased letters and digits, so
    /// `tables_db_create_row` is `tablesDB.createRow`.
    package func operation(_ spelling: String) -> Operation? {
        byID[spelling] ?? byFoldedID[Spelling.folded(spelling)]
    }

    /// Whether an operation is about all projects, and so is carried out by the console only.
    package func isOnConsole(_ operation: Operation) -> Bool { consoleServices.contains(operation.service) }

    /// The operations of some services, within some scopes, or only those that read; nil means all.
    ///
    /// An operation that needs scopes stays when any one of them is given. Services are named in any spelling.
    package func narrowed(services: Set<String>?, scopes: Set<String>?, readOnly: Bool) -> Catalog {
        guard services != nil || scopes != nil || readOnly else { return self }
        let folded = services.map { Set($0.map(Spelling.folded)) }
        let kept = operations.filter { operation in
            if readOnly, operation.effect != .read { return false }
            if let folded, !folded.contains(Spelling.folded(operation.service)) { return false }
            if let scopes, !operation.scopes.isEmpty, scopes.isDisjoint(with: operation.scopes) { return false }
            return true
        }
        return Catalog(operations: kept, services: self.services, vocabulary: vocabulary)
    }

    /// The error for an id that ``operation(_:)`` doesn't know: `operation_unknown` with near misses.
    package func unknownOperation(_ spelling: String) -> AppError {
        var near = Spelling.suggestions(for: spelling, among: operations.map(\.id))
        if near.isEmpty { near = index.ranked(spelling, service: nil).hits.prefix(3).map(\.id) }
        let suggestion = near.isEmpty ? "" : "Did you mean \(near.joined(separator: " or "))? "
        return AppError(
            .operationUnknown,
            "There is no operation '\(spelling)'.",
            argument: "operation",
            hint: "\(suggestion)catalog-search finds operations by what they do."
        )
    }
}
