import Catalog
import Storage
import Synchronization
import Values

/// `project.export` and `project.apply`: the schema as one document.
///
/// Applying is a sequence of the operations that a caller could have made, so it has no rules of its own. They share one
/// transaction. What has to wait for a job of it, such as an index that takes the place of another one, is left to the
/// next call.
struct SchemaHandlers: Sendable {
    private let repertoire: Repertoire
    private let access: Access

    private var catalog: Catalog { repertoire.catalog }

    /// - Parameters:
    ///   - repertoire: the operations that this process carries out.
    ///   - access: what it may do.
    init(_ repertoire: Repertoire, _ access: Access) {
        self.repertoire = repertoire
        self.access = access
    }

    var all: [Handler] { [export, apply] }

    private var export: Handler {
        .read("project.export") { context in try SchemaDocument(of: context).json }
    }

    /// What is asked for, and what came of it.
    private final class Application: Sendable {
        let wanted: SchemaDocument
        let deletes: Bool
        let done = Mutex<SchemaDifference?>(nil)

        init(_ wanted: SchemaDocument, deletes: Bool) {
            self.wanted = wanted
            self.deletes = deletes
        }

        func difference(_ context: ReadContext, _ catalog: Catalog) throws -> SchemaDifference {
            SchemaDifference(from: try SchemaDocument(of: context), to: wanted, deletes: deletes, catalog)
        }
    }

    private var apply: Handler {
        .define(
            "project.apply",
            prepare: { [catalog] call throws(AppError) -> Application in
                Application(
                    try SchemaDocument(of: call, catalog),
                    deletes: call.bool("delete")
                )
            },
            body: { application, context in
                let difference = try application.difference(context, catalog)
                for step in difference.steps { try perform(step, context) }
                application.done.withLock { $0 = difference }
                return Self.answer(difference, remaining: difference.waiting)
            },
            conclude: { application, context in
                let difference = application.done.withLock { $0 }!
                let rest = try application.difference(context, catalog)
                return Self.answer(difference, remaining: rest.create + rest.change + rest.delete)
            }
        )
    }

    private static func answer(_ difference: SchemaDifference, remaining: [SchemaDifference.Note]) -> JSON {
        func list(_ notes: [SchemaDifference.Note]) -> JSON { .array(notes.map(\.json)) }
        var answer: JSONObject = [
            "create": list(difference.create), "change": list(difference.change), "delete": list(difference.delete),
            "left": list(difference.left), "complete": .bool(remaining.isEmpty),
        ]
        if !remaining.isEmpty {
            answer["remaining"] = list(remaining)
            answer["hint"] = "What remains had to wait for what was done now; the same call again completes it."
        }
        return .object(answer)
    }

    private func perform(_ step: SchemaDifference.Step, _ context: WriteContext) throws {
        do {
            guard let (operation, handler) = repertoire.find(step.operation) else {
                throw catalog.unknownOperation(step.operation)
            }
            let actor = try access.authorize(context.call.actor, for: operation)
            let found = FoundOperation(operation: operation, handler: handler, actor: actor)
            let call = context.call
            _ = try context.perform(try found.reading(step.arguments, from: call.client, at: call.now, call.clock))
        } catch let error as AppError {
            let place = ["databaseId", "tableId", "key"].compactMap { step.arguments[$0]?.string }
            throw AppError(
                error.code,
                "\(step.operation) for \(place.joined(separator: "/")) was refused: \(error.message)",
                argument: "document",
                hint: error.hint.map { "Nothing was changed. \($0)" } ?? "Nothing was changed."
            )
        }
    }
}
