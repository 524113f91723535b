import Storage
import Testing
import Values

@testable import Engine

@Suite("Copies of related tables")
struct RelationCopyTests {
    @Test(arguments: Backend.available, Backend.available)
    func holdTheRelations(_ from: Backend, _ to: Backend) async throws {
        try await withEngine(from) { source in
            try await source.makeLibrary()
            try await source.relate("books", "oneToOne", "authors", "author", twoWay: "book", onDelete: "setNull")
            try await source.relate("books", "manyToMany", "tags", "tags", twoWay: "books", onDelete: "setNull")
            try await source.relate("authors", "oneToMany", "tags", "labels", hidden: "owner", onDelete: "cascade")
            try await source.make(
                "books",
                "b",
                [
                    "author": ["$id": "a", "name": "Ann", "labels": [["$id": "z", "name": "Z"]]],
                    "tags": [["$id": "x"], ["$id": "y"]],
                ]
            )
            try await withEngine(to) { target in
                let copy = ProjectCopy(from: source.store, to: target.store, identity: "test") { _ in }
                let copied = try await copy.run()
                #expect(copied.tables == 3)
                #expect(copied.rows == 5)
                let fields = ["$id", "author.name", "author.labels.name", "tags.$id"]
                let before = try await source.seen("books", "b", fields)
                #expect(try await target.seen("books", "b", fields) == before)
                #expect(
                    try await target.found("tags", ["method": "equal", "attribute": "books.$id", "values": "b"])
                        == "2: x y"
                )
                #expect(
                    try await target.refusal("tablesDB.createRow", target.row("books", "c", ["author": "a"]))
                        == Refusal("row_unique_constraint_violation", 409, "data.author")
                )
                try await target.remove("books", "b")
                try await target.remove("authors", "a")
                #expect(try await target.found("tags") == "2: x y")
                try await target.call("tablesDB.deleteColumn", ["databaseId": "d", "tableId": "books", "key": "tags"])
                try await target.call("tablesDB.delete", ["databaseId": "d"])
                #expect(
                    try await target.store.read { try $0.count(RowQuery(limit: 1), in: SystemTables.jobs, cap: 9) } == 0
                )
            }
        }
    }
}
