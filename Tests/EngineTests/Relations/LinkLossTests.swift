import Storage
import Testing
import Values

@testable import Engine

@Suite("What goes with relations")
struct LinkLossTests {
    /// Five books with four pairs and two authors, who each wrote one.
    private func fill(_ engine: TestEngine, twoWay: Bool = true) async throws {
        try await engine.makeLibrary()
        try await engine.relate(
            "authors",
            "oneToMany",
            "books",
            "books",
            twoWay: twoWay ? "author" : nil,
            hidden: twoWay ? nil : "author",
            onDelete: "setNull"
        )
        try await engine.relate("books", "manyToMany", "tags", "tags", twoWay: "books", onDelete: "setNull")
        for id in ["x", "y", "z"] { try await engine.make("tags", id, [:]) }
        try await engine.make("books", "a", ["tags": ["x", "y", "z"]])
        try await engine.make("books", "b", ["tags": ["x"]])
        for id in ["c", "d", "e"] { try await engine.make("books", id, [:]) }
        try await engine.make("authors", "1", ["books": ["a"]])
        try await engine.make("authors", "2", ["books": ["b"]])
    }

    private func counts(_ engine: TestEngine, _ operation: String, _ arguments: JSONObject) async throws
        -> [String: Int64]
    {
        let answer = try await engine.answer(operation, arguments) { $0.confirmation = .needed(token: nil) }
        let counts = try #require(answer["confirm"]?["would"]?.array?.first?["counts"]?.object)
        return Dictionary(uniqueKeysWithValues: counts.members.map { ($0.key, $0.value.int ?? -1) })
    }

    @Test(arguments: Backend.available)
    func aDatabaseGoesWithEachLinkOnce(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await fill(engine)
            #expect(
                try await counts(engine, "tablesDB.delete", ["databaseId": "d"])
                    == ["databases": 1, "tables": 3, "columns": 9, "rows": 10, "links": 4]
            )
            let dry = try await engine.answer("tablesDB.delete", ["databaseId": "d"]) { $0.isDryRun = true }
            let targets = dry["effects"]?.each("target").compactMap(\.string) ?? []
            #expect(!targets.isEmpty)
            #expect(targets.allSatisfy { !$0.contains("_") })
            #expect(dry["effects"]?.each("action").filter { $0 == "relation.dropPairs" }.count == 1)

            try await engine.call("tablesDB.delete", ["databaseId": "d"])
            #expect(try await engine.engine.jobs.drain() == 0)
        }
    }

    @Test(arguments: Backend.available)
    func aTableTakesWhatOthersHoldOfItAlong(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await fill(engine)
            // Either side takes the links along, also the child.
            #expect(
                try await counts(engine, "tablesDB.deleteTable", ["databaseId": "d", "tableId": "tags"])
                    == ["tables": 1, "columns": 3, "rows": 3, "links": 4]
            )
            #expect(
                try await counts(engine, "tablesDB.deleteTable", ["databaseId": "d", "tableId": "authors"])
                    == ["tables": 1, "columns": 4, "rows": 2, "links": 2]
            )
            try await engine.call("tablesDB.deleteTable", ["databaseId": "d", "tableId": "tags"])
            #expect(try await engine.engine.jobs.drain() == 0)
            #expect(
                try await engine.listed("books", ["$id", "author.$id"], [query("equal", "$id", "a")])
                    == #"[{"$id":"a","author":{"$id":"1"}}]"#
            )
        }
    }

    @Test(arguments: Backend.available, [true, false])
    func aColumnGoesWithItsLinks(_ backend: Backend, _ twoWay: Bool) async throws {
        try await withEngine(backend) { engine in
            try await fill(engine, twoWay: twoWay)
            func column(_ table: String, _ key: String) async throws -> [String: Int64] {
                try await counts(
                    engine,
                    "tablesDB.deleteColumn",
                    ["databaseId": "d", "tableId": .string(table), "key": .string(key)]
                )
            }
            // The other side of a one-way relation is nothing that a caller knows of.
            #expect(try await column("authors", "books") == ["columns": twoWay ? 2 : 1, "links": 2])
            #expect(try await column("books", "tags") == ["columns": 2, "links": 4])
        }
    }

    @Test(arguments: Backend.available)
    func effectsShowLinksUnderTheirRelation(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await fill(engine)
            let dry = try await engine.batch([
                TestEngine.step("0", "tablesDB.updateRow", engine.row("books", "e", ["tags": ["x", "y"]])),
                TestEngine.step(
                    "1",
                    "tablesDB.deleteRow",
                    ["databaseId": "d", "tableId": "books", "rowId": "a"]
                ),
            ]) { $0.isDryRun = true }
            #expect(
                dry["effects"]?.array?.map { "\($0["action"]!.text) \($0["target"]!.text) \($0["count"]!.text)" } == [
                    #""update" "d/books" 1"#, #""create" "d/books/tags" 2"#, #""delete" "d/books/tags" 3"#,
                    #""delete" "d/books" 1"#,
                ]
            )
        }
    }

    /// Adds pairs of one book with more tags than a call may read at once.
    private func addPairs(_ engine: TestEngine, to book: String, _ count: Int) async throws {
        try await engine.store.write(grouped: false) { session in
            let table = try SchemaReader(session: session).table("books", in: "d")!
            let column = table.columns.first { $0.key == "tags" }!
            let pairs = Pairs(column, databaseID: "d")!.layout
            let moment = Timestamp(milliseconds: 0)
            for number in 0..<count {
                let id = Pairs.id(parent: book, child: "t\(number)")
                let values: [JSON] = [.string(book), .string("t\(number)")]
                _ = try session.insert(
                    NewRow(id: id, createdAt: moment, updatedAt: moment, values: values),
                    into: pairs
                )
            }
        }
    }

    @Test(arguments: Backend.available)
    func aRowWithAnyNumberOfPairsCanGoAndLetThemGo(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await fill(engine)
            try await addPairs(engine, to: "a", LinkReader.maximum)
            try await addPairs(engine, to: "b", LinkReader.maximum)
            try await engine.remove("books", "a")
            try await engine.change("books", "b", ["tags": ["x", "y"]])
            #expect(try await engine.seen("books", "b", ["tags.$id"]) == #"{"tags":[{"$id":"x"},{"$id":"y"}]}"#)
            #expect(try await engine.found("tags", query("isNotNull", "books")) == "2: x y")
        }
    }
}
