import Foundation
import TestSupport
import Testing
import Values

@Suite("Rows as JSON lines", .timeLimit(.minutes(3)))
struct RowLinesTests {
    private let folder: TestFolder
    private let project = "lines\(UInt64.random(in: 0...UInt64.max))"

    init() throws { folder = try TestFolder() }

    private func path(_ name: String) -> String { folder.path + "/" + name }

    private func store(_ kind: String, _ name: String = "data") -> [String] {
        (kind == "sqlite" ? ["--data", path(name)] : ["--mongodb", MongoServer.uri!, "--key-file", path("key")])
            + ["--project", project]
    }

    private func makeTable(_ store: [String], _ more: String = "") throws {
        let columns =
            #"columns=[{"key":"n","type":"bigint"},{"key":"t","type":"varchar","size":20},{"key":"l","type":"float","array":true}\#(more)]"#
        for arguments in [
            ["tablesDB.create", "databaseId=d", "name=D"],
            ["tablesDB.createTable", "databaseId=d", "tableId=t", "name=T", "rowSecurity=true", columns],
        ] {
            let run = try CommandRun(["run"] + arguments + store)
            #expect(run.status == 0, "\(run.error)")
        }
    }

    /// Lines of rows whose numbers begin here.
    private func lines(_ range: Range<Int>) -> String {
        range.map { #"{"$id":"r\#($0)","n":\#($0),"t":"é\#($0)"}"# + "\n" }.joined()
    }

    @Test("What is exported is imported as it was", arguments: TwoProcessTests.stores)
    func roundTrip(_ kind: String) async throws {
        try await removingFromServer(project) { try exportAndImport(kind) }
    }

    private func exportAndImport(_ kind: String) throws {
        try folder.write(String((0..<40).map { _ in "abcdef0123456789".randomElement()! }), to: "key")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path("key"))
        let store = store(kind)
        try makeTable(store, #",{"key":"s","type":"text","encrypt":true}"#)
        let first =
            #"{"$id":"a","$createdAt":"2020-01-02T03:04:05.678+00:00","$updatedAt":"2021-01-02T03:04:05.678+00:00","$permissions":["read(\"any\")"],"n":9223372036854775807,"t":"\"\\\n","l":[0.1,-1.5],"s":"hidden"}"#
            + "\n"
        let input = first + lines(0..<2345) + #"{"$id":"last"}"#
        let imported = try CommandRun(["import", "d", "t"] + store, input: input)
        #expect(imported.status == 0, "\(imported.error)")
        #expect(imported.error.hasSuffix("d/t: 2347 rows imported, 0 lines refused\n"))
        let exported = try CommandRun(["export", "d", "t"] + store)
        #expect(exported.status == 0, "\(exported.error)")
        #expect(exported.error.hasSuffix("d/t: 2347 rows exported\n"))
        let rows = exported.output.split(separator: "\n")
        #expect(rows.count == 2347)
        #expect(String(rows[0]) + "\n" == first)
        #expect(try JSON(parsing: String(rows[2345]))["t"] == "é2344")
        #expect(try JSON(parsing: String(rows[2346]))["$id"] == "last")

        // Into another store, and once more, which changes nothing.
        let other = self.store("sqlite", "other")
        try makeTable(other, #",{"key":"s","type":"text","encrypt":true}"#)
        try folder.write(exported.output, to: "rows.jsonl")
        for _ in 0..<2 {
            let copied = try CommandRun(["import", "d", "t", path("rows.jsonl")] + other)
            #expect(copied.error.hasSuffix("d/t: 2347 rows imported, 0 lines refused\n"))
        }
        let again = try CommandRun(["export", "d", "t", "--output", path("again.jsonl")] + other)
        #expect(again.status == 0)
        #expect(again.output.isEmpty)
        let same = try String(contentsOfFile: path("again.jsonl"), encoding: .utf8) == exported.output
        #expect(same)

        let some = try CommandRun(
            ["export", "d", "t", "--queries", #"[{"method":"greaterThanEqual","attribute":"n","values":[2343]}]"#]
                + other
        )
        #expect(some.output.split(separator: "\n").count == 3)
    }

    @Test("A line that is refused is named and ends the import")
    func badLine() throws {
        let store = store("sqlite")
        try makeTable(store)
        let input = lines(0..<150) + "\n" + #"{"$id":"bad","n":"x"}"# + "\n" + lines(150..<200)
        let run = try CommandRun(["import", "d", "t"] + store, input: input)
        #expect(run.status == 1)
        #expect(run.error.contains("line 152: row_invalid_structure: "), "\(run.error)")
        #expect(run.error.contains("--skip 151"))
        #expect(run.error.contains("d/t: 150 rows imported, 1 lines refused"))
        let rest = try CommandRun(["import", "d", "t", "--skip", "152"] + store, input: input)
        #expect(rest.status == 0)
        #expect(rest.error.hasSuffix("d/t: 50 rows imported, 0 lines refused\n"))
        let exported = try CommandRun(["export", "d", "t"] + store)
        #expect(exported.output.split(separator: "\n").count == 200)
    }

    @Test("All lines that are refused are named where that is asked for")
    func keepGoing() throws {
        let store = store("sqlite")
        try makeTable(store)
        let bad = [
            (3, "[1]", "general_argument_invalid"), (5, "{", "general_argument_invalid"),
            (7, #"{"n":1}"#, "general_argument_invalid"), (8, #"{"$id":"_x"}"#, "general_argument_invalid"),
            (9, #"{"$id":"y","none":1}"#, "row_invalid_structure"),
            (11, #"{"$id":"z","$permissions":["read(me)"]}"#, "general_argument_invalid"),
        ]
        let input = (1...12).map { number in
            bad.first { $0.0 == number }?.1 ?? #"{"$id":"r\#(number)","n":\#(number)}"#
        }.joined(separator: "\n")
        let run = try CommandRun(["import", "d", "t", "--keep-going"] + store, input: input)
        #expect(run.status == 1)
        for (number, _, type) in bad { #expect(run.error.contains("line \(number): \(type): "), "\(run.error)") }
        #expect(run.error.contains("d/t: 6 rows imported, 6 lines refused"))
        let fresh = try CommandRun(["import", "d", "t", "--new-ids"] + store, input: "{\"n\":1}\n{\"n\":2}\n")
        #expect(fresh.error.hasSuffix("d/t: 2 rows imported, 0 lines refused\n"))
    }

    @Test("Wrong words exit with 2, what can't be done with 1")
    func refusals() throws {
        let store = store("sqlite")
        try makeTable(store)
        for arguments in [
            ["export"], ["export", "d"], ["export", "d", "t", "--queries", "{"], ["import", "d", "t", "--skip", "-1"],
            ["import", "d", "t", "--skip", "x"],
            ["export", "d", "t", "--queries", #"[{"method":"orderDesc","attribute":"n"}]"#],
            ["export", "d", "t", "--queries", #"[{"method":"limit","values":[5]}]"#],
            ["export", "d", "t", "--queries", #"[{"method":"select","values":["t"]}]"#],
        ] { #expect(try CommandRun(arguments + store).status == 2, "\(arguments)") }
        for arguments in [
            ["export", "d", "none"], ["export", "d", "t", "--output", path("no/file")], ["import", "d", "none"],
            ["import", "d", "t", path("none")], ["export", "d", "t", "--queries", "[1]"],
        ] {
            let run = try CommandRun(arguments + store)
            #expect(run.status == 1, "\(arguments)")
            #expect(run.output.isEmpty)
        }
        let missing = try CommandRun(["import", "d", "none"] + store)
        #expect(missing.error.contains("\"table_not_found\""))
    }

    @Test("Texts that look like operators, and ids that are null, are taken as they are")
    func literalTexts() throws {
        let store = store("sqlite")
        try makeTable(store)
        let one = #"{"$id":"a","t":"{\"method\":\"toggle\"}"}"# + "\n"
        let two = #"{"$id":"b","t":"{\"method\":\"now\"}"}"# + "\n"
        for input in [one, one, one + two, one + two] {
            let run = try CommandRun(["import", "d", "t"] + store, input: input)
            #expect(run.status == 0, "\(run.error)")
        }
        let exported = try CommandRun(["export", "d", "t"] + store)
        let rows = try exported.output.split(separator: "\n").map { try JSON(parsing: String($0)) }
        #expect(rows.map { $0["t"] } == [#"{"method":"toggle"}"#, #"{"method":"now"}"#])

        let null = try CommandRun(["import", "d", "t"] + store, input: "{\"$id\":null,\"n\":1}\n")
        #expect(null.status == 1)
        #expect(null.error.contains("--new-ids"), "\(null.error)")
    }

    /// Many-to-many and one-way lists are written by their parents, the rest by the rows that have one related row.
    @Test("Long lists of related rows go out and come in", arguments: TwoProcessTests.stores)
    func longLists(_ kind: String) async throws {
        try await removingFromServer(project) { try exportLongLists(kind) }
    }

    private func exportLongLists(_ kind: String) throws {
        try folder.write("0123456789abcdef0123456789abcdef", to: "key")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path("key"))
        let count = kind == "sqlite" ? 5200 : 1200
        let ids = (0..<count).map { "x\($0)" }
        let bare = ids.map { #"{"$id":"\#($0)"}"# + "\n" }.joined()
        func make(_ store: [String]) throws {
            try makeTable(store)
            let table = ["tablesDB.createTable", "databaseId=d", "tableId=u", "name=U"]
            #expect(try CommandRun(["run"] + table + store).status == 0)
            let run = try CommandRun(["import", "d", "u"] + store, input: bare)
            #expect(run.status == 0, "\(run.error)")
            for relation in [
                ["type=manyToMany", "key=many"], ["type=oneToMany", "key=kids", "twoWayKey=kid"],
                ["type=oneToMany", "key=owned", "twoWay=true", "twoWayKey=owner"],
            ] {
                let call = ["tablesDB.createRelationshipColumn", "databaseId=d", "tableId=t", "relatedTableId=u"]
                let run = try CommandRun(["run"] + call + relation + store)
                #expect(run.status == 0, "\(run.error)")
            }
        }
        let (store, other) = (store(kind), self.store("sqlite", "other"))
        try make(store)
        try make(other)
        let list = JSON(ids).text
        let lines = [
            "t": #"{"$id":"a","many":\#(list),"kids":\#(list)}"# + "\n",
            "u": ids.prefix(1050).map { #"{"$id":"\#($0)","owner":"a"}"# + "\n" }.joined(),
        ]
        for table in ["t", "u"] {
            let run = try CommandRun(["import", "d", table] + store, input: lines[table]!)
            #expect(run.status == 0, "\(run.error)")
        }
        for table in ["t", "u"] {
            let exported = try CommandRun(["export", "d", table] + store)
            #expect(exported.status == 0, "\(exported.error)")
            let run = try CommandRun(["import", "d", table] + other, input: exported.output)
            #expect(run.status == 0, "\(run.error)")
            let again = try CommandRun(["export", "d", table] + other).output == exported.output
            #expect(again)
            let rows = try exported.output.split(separator: "\n").map { try JSON(parsing: String($0)) }
            if table == "t" {
                #expect(rows[0]["many"]?.array?.count == count)
                #expect(rows[0]["kids"]?.array?.count == count)
                #expect(rows[0]["owned"] == nil)
            } else {
                #expect(rows.filter { $0["owner"] == "a" }.count == 1050)
            }
        }
    }

    @Test("Related rows are written as their ids")
    func relationships() throws {
        let store = store("sqlite")
        try makeTable(store)
        for arguments in [
            ["tablesDB.createTable", "databaseId=d", "tableId=u", "name=U"],
            [
                "tablesDB.createRelationshipColumn", "databaseId=d", "tableId=t", "relatedTableId=u", "type=manyToOne",
                "key=one",
            ],
            [
                "tablesDB.createRelationshipColumn", "databaseId=d", "tableId=t", "relatedTableId=u", "type=manyToMany",
                "key=many",
            ],
        ] {
            let run = try CommandRun(["run"] + arguments + store)
            #expect(run.status == 0, "\(run.error)")
        }
        let related = try CommandRun(["import", "d", "u"] + store, input: "{\"$id\":\"x\"}\n{\"$id\":\"y\"}\n")
        #expect(related.status == 0, "\(related.error)")
        let input = #"{"$id":"a","one":"x","many":["x","y"]}"# + "\n" + #"{"$id":"b"}"# + "\n"
        let imported = try CommandRun(["import", "d", "t"] + store, input: input)
        #expect(imported.status == 0, "\(imported.error)")
        let exported = try CommandRun(["export", "d", "t"] + store)
        #expect(exported.status == 0, "\(exported.error)")
        let rows = try exported.output.split(separator: "\n").map { try JSON(parsing: String($0)) }
        #expect(rows.map { $0["one"] } == ["x", nil as JSON])
        #expect(rows.map { $0["many"] } == [["x", "y"], []])
    }
}
