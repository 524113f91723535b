import Testing
import Values

@Suite("tandem run")
struct RunCommandTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func run(_ arguments: String..., input: String = "") throws -> CommandRun {
        try CommandRun(["run"] + arguments, environment: ["TANDEM_DATA": folder.path], input: input)
    }

    @Test("The result is one line of JSON on stdout and nothing else")
    func success() throws {
        let made = try run("tablesDB.create", "databaseId=d", "name=Shop")
        #expect(made.status == 0)
        #expect(made.error == "")
        #expect(made.json?["name"] == "Shop")
        #expect(made.output.hasSuffix("}\n"))
        #expect(try run("tables_db_get", "database_id=d").json == made.json)
    }

    @Test("A failed operation exits with 1 and tells its error as JSON on stderr")
    func failure() throws {
        for (arguments, type) in [
            (["tablesDB.get", "databaseId=none"], "database_not_found"), (["tablesDB.gett"], "operation_unknown"),
            (["tablesDB.get"], "general_argument_invalid"),
            (["tablesDB.get", "databaseId=d", "dryRun=true"], "general_argument_invalid"),
        ] {
            let failed = try CommandRun(["run"] + arguments, environment: ["TANDEM_DATA": folder.path])
            #expect(failed.status == 1)
            #expect(failed.output == "")
            #expect(failed.errorType == type)
        }
    }

    @Test("Limits hold from one run to the next, unless they are switched off")
    func limits() throws {
        let guess = ["run", "account.updatePhoneVerification", "userId=ann", "secret=000000", "--as", "guest"]
        var environment = ["TANDEM_DATA": folder.path]
        let types = try (0..<11).map { _ in try CommandRun(guess, environment: environment).errorType }
        #expect(types == Array(repeating: "user_not_found", count: 10) + ["general_rate_limit_exceeded"])
        let free = try CommandRun(guess + ["--no-rate-limits"], environment: environment)
        #expect(free.errorType == "user_not_found")
        environment["TANDEM_NO_RATE_LIMITS"] = "1"
        #expect(try CommandRun(guess, environment: environment).errorType == "user_not_found")
    }

    @Test("Text is taken as it is, everything else as JSON")
    func typing() throws {
        #expect(try run("tablesDB.create", "databaseId=007", "name=12", "enabled=false").json?["enabled"] == false)
        #expect(try run("tablesDB.get", "databaseId=007").json?["name"] == "12")
        let table = try run(
            "tablesDB.createTable",
            "databaseId=007",
            "tableId=t",
            "name=a=b",
            #"columns=[{"key":"n","type":"bigint"},{"key":"s","type":"text"}]"#,
            #"permissions=["read(\"any\")"]"#
        )
        #expect(table.json?["name"] == "a=b")
        #expect(table.json?["$permissions"] == ["read(\"any\")"])
        let row = try run(
            "tablesDB.createRow",
            "databaseId=007",
            "tableId=t",
            "rowId=unique()",
            #"data={"n":9007199254740993,"s":"1"}"#
        )
        #expect(row.json?["n"] == 9_007_199_254_740_993)
        #expect(row.json?["s"] == "1")
        let column = try run(
            "tablesDB.updateTextColumn",
            "databaseId=007",
            "tableId=t",
            "key=s",
            "required=false",
            "default=null"
        )
        #expect(column.json?["default"] == "null")
        let list = try run(
            "tablesDB.listRows",
            "databaseId=007",
            "tableId=t",
            #"queries=[{"method":"equal","attribute":"s","values":["1"]}]"#
        )
        #expect(list.json?["total"] == 1)
        #expect(try run("tablesDB.get", "databaseId=007", "enabled=maybe").errorType == "general_argument_invalid")
    }

    @Test("--json takes an object, from the command line or from stdin")
    func json() throws {
        #expect(try run("tablesDB.create", "--json", #"{"databaseId":"a","name":"A"}"#).json?["$id"] == "a")
        let piped = try run("tablesDB.create", "--json", "-", input: #"{"databaseId":"b","name":"B"}"# + "\n")
        #expect(piped.json?["$id"] == "b")
        #expect(try run("tablesDB.create", "name=C", "--json", #"{"databaseId":"c"}"#).json?["name"] == "C")
    }

    @Test("What destroys prints what and a token, and is done with the token or --yes")
    func confirmation() throws {
        for id in ["a", "b"] { #expect(try run("tablesDB.create", "name=A", "databaseId=\(id)").status == 0) }
        let asked = try run("tablesDB.delete", "databaseId=a")
        #expect(asked.status == 1)
        #expect(asked.json?["confirm"]?["would"] == [["operation": "tablesDB.delete", "counts": ["databases": 1]]])
        let token = try #require(asked.json?["confirm"]?["token"]?.string)
        #expect(asked.error.contains("--confirm \(token)"))
        let dry = try run("tablesDB.delete", "databaseId=a", "--dry-run")
        #expect(dry.status == 0)
        #expect(dry.json?["events"] == ["databases.a.delete"])
        #expect(try run("tablesDB.list").json?["total"] == 2)
        #expect(try run("tablesDB.delete", "databaseId=a", "--confirm", token).json == [:])
        #expect(try run("tablesDB.delete", "databaseId=b", "--yes").json == [:])
        #expect(try run("tablesDB.list").json?["total"] == 0)
    }

    @Test("Bad usage exits with 2 and prints nothing on stdout")
    func usage() throws {
        for arguments in [
            ["run"], ["run", "tablesDB.list", "queries"], ["run", "tablesDB.list", "--json", "{"],
            ["run", "tablesDB.list", "--json", "[]"], ["run", "tablesDB.get", "databaseId=a", "databaseId=b"],
            ["run", "tablesDB.get", "databaseId=a", "--json", #"{"databaseId":"b"}"#],
            ["run", "tablesDB.list", "--verbose"], ["run", "tablesDB.list", "--confirm"],
            ["run", "tablesDB.list", "--max-answer", "1"],
        ] {
            let wrong = try CommandRun(arguments, environment: ["TANDEM_DATA": folder.path])
            #expect(wrong.status == 2, "\(arguments)")
            #expect(wrong.output == "", "\(arguments)")
            #expect(!wrong.error.isEmpty, "\(arguments)")
        }
        #expect(folder.entries == [])
    }

    @Test("It acts as it is told to")
    func actor() throws {
        _ = try run("tablesDB.create", "databaseId=d", "name=D")
        _ = try run("tablesDB.createTable", "databaseId=d", "tableId=t", "name=T")
        let address = ["databaseId=d", "tableId=t"]
        let guest = try CommandRun(
            ["run", "tablesDB.listRows", "--as", "guest"] + address,
            environment: ["TANDEM_DATA": folder.path]
        )
        #expect(guest.status == 1)
        #expect(guest.errorType == "user_unauthorized")
        let reader = try CommandRun(
            ["run", "--read-only", "tablesDB.deleteTable"] + address,
            environment: ["TANDEM_DATA": folder.path]
        )
        #expect(reader.errorType == "read_only")
        let scoped = try CommandRun(
            ["run", "--scopes", "rows.read", "tablesDB.deleteTable"] + address,
            environment: ["TANDEM_DATA": folder.path]
        )
        #expect(scoped.errorType == "general_unauthorized_scope")
    }
}
