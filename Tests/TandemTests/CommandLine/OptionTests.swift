import Foundation
import Testing
import Values

@Suite("Options and the environment")
struct OptionTests {
    private static let options = [
        "--data", "--mongodb", "--ephemeral", "--project", "--services", "--scopes", "--read-only", "--as",
        "--durability", "--key-file", "--yes", "--max-answer", "--cache-bytes", "--index-check", "--retention",
        "--no-rate-limits", "--public-url", "--trust-proxy", "--console-signup", "--allow-private-webhooks",
        "--log-level", "--help",
    ]

    @Test(
        "--help names every option and nothing that does not work yet",
        arguments: [[], ["mcp"], ["run"], ["search"], ["doctor"], ["openapi"]] as [[String]]
    )
    func help(_ command: [String]) throws {
        let help = try CommandRun(command + ["--help"])
        #expect(help.status == 0)
        #expect(help.error == "")
        // The root shows its commands; every command shows its options.
        for option in command.isEmpty ? ["--version", "--help"] : Self.options {
            #expect(help.output.contains(option), "\(option)")
        }
        for option in command == ["run"] ? ["--json"] : command == ["search"] ? ["--limit", "--schema", "--json"] : [] {
            #expect(help.output.contains(option), "\(option)")
        }
    }

    @Test("--version")
    func version() throws {
        let version = try CommandRun(["--version"])
        #expect(version.status == 0)
        #expect(version.output.wholeMatch(of: /tandem [0-9]+\.[0-9]+\.[0-9]+\n/) != nil)
        #expect(version.error == "")
    }

    @Test("search prints hits for a person, or the answer of the tool")
    func search() throws {
        let words = try CommandRun(["search", "add", "a", "column", "--limit", "2"])
        #expect(words.status == 0)
        #expect(words.output.contains("tablesDB.create"))
        let json = try CommandRun(["search", "--json", "tablesDB.createRow", "--limit", "1"])
        #expect(json.json?["hits"]?.array?.first?["operation"] == "tablesDB.createRow")
        #expect(try CommandRun(["search", "rows", "--limit", "0"]).status == 2)
        #expect(try CommandRun(["search"]).status == 2)
        let narrow = try CommandRun(["search", "--json", "--read-only", "row", "--limit", "20"])
        #expect(narrow.json?["hits"]?.array?.allSatisfy { $0["effect"] == "read" } == true)
    }

    @Test(
        "A bad option exits with 2",
        arguments: [
            ["--datta", "x"], ["--data"], ["--data", ""], ["--durability", "--key-file", "maybe"],
            ["--log-level", "loud"], ["--cache-bytes", "-1"], ["--index-check", "many"], ["--cache-bytes", "64MiB"],
            ["--as", "admin"], ["--as", "user:"], ["--project", "Upper"], ["--project", ""], ["--services", ","],
            ["--scopes", ""], ["--ephemeral", "--data", "/tmp/x"], ["--mongodb", "x"],
            ["--mongodb", "mongodb://x", "--ephemeral"], ["--mongodb", "mongodb://x", "--data", "/tmp/x"],
            ["--http", "a:b"], ["--console-signup", "maybe"], ["--retention", "7w"], ["--retention", ""],
            ["install"], ["--trust-proxy", ""], ["--trust-proxy", "10.0.0.0/33"], ["--trust-proxy", "10.0.0.1,proxy"],
            ["--public-url", "api.example.com"], ["--public-url", "ftp://api.example.com"],
            ["--public-url", "https://api.example.com/v1"], ["--public-url", "https://a@api.example.com"],
            ["--public-url", "https://api.example.com:x"], ["--public-url", "https://"],
        ]
    )
    func badOption(_ arguments: [String]) throws {
        for command in arguments[0].hasPrefix("-") ? ["mcp", "run"] : [""] {
            let words = command.isEmpty ? [] : command == "run" ? ["run", "project.describe"] : [command]
            let wrong = try CommandRun(words + arguments)
            #expect(wrong.status == 2, "\(words)")
            #expect(wrong.output == "", "\(words)")
            #expect(!wrong.error.isEmpty)
        }
    }

    @Test(
        "A bad variable exits with 2",
        arguments: [
            "TANDEM_READ_ONLY", "TANDEM_EPHEMERAL", "TANDEM_DURABILITY", "TANDEM_LOG_LEVEL", "TANDEM_AS",
            "TANDEM_PROJECT", "TANDEM_NO_RATE_LIMITS", "TANDEM_ALLOW_PRIVATE_WEBHOOKS",
            "TANDEM_RETENTION", "TANDEM_PUBLIC_URL", "TANDEM_TRUST_PROXY",
        ]
    )
    func badVariable(_ name: String) throws {
        let wrong = try CommandRun(["run", "project.describe"], environment: [name: "No Such Thing"])
        #expect(wrong.status == 2)
        #expect(wrong.output == "")
    }

    @Test("An option beats its variable, a variable beats the default")
    func precedence() throws {
        let (flag, variable, base) = (try TestFolder(), try TestFolder(), try TestFolder())
        var environment = ["XDG_DATA_HOME": base.path]
        let describe = ["run", "project.describe"]
        #expect(try CommandRun(describe, environment: environment).json?["project"] == "default")
        #expect(base.entries == ["tandem"])
        environment["TANDEM_DATA"] = variable.path
        environment["TANDEM_PROJECT"] = "two"
        #expect(try CommandRun(describe, environment: environment).json?["project"] == "two")
        #expect(variable.entries.contains("tandem.json"))
        let third = try CommandRun(describe + ["--data", flag.path, "--project", "three"], environment: environment)
        #expect(third.json?["project"] == "three")
        #expect(flag.entries.contains("tandem.json"))
        environment["TANDEM_READ_ONLY"] = "1"
        environment["TANDEM_SCOPES"] = "rows.read"
        let narrow = try CommandRun(describe, environment: environment).json
        #expect(narrow?["readOnly"] == true)
        #expect(narrow?["scopes"] == ["rows.read"])
        #expect(try CommandRun(describe + ["--scopes", "x"], environment: environment).json?["scopes"] == ["x"])
        let home = try TestFolder()
        #expect(try CommandRun(describe, environment: ["HOME": home.path]).status == 0)
        #expect(FileManager.default.fileExists(atPath: home.path + "/.local/share/tandem/tandem.json"))
    }

    @Test("Projects share nothing")
    func projects() throws {
        let folder = try TestFolder()
        func run(_ project: String, _ words: String...) throws -> CommandRun {
            try CommandRun(["run", "--data", folder.path, "--project", project] + words)
        }
        #expect(try run("a", "tablesDB.create", "databaseId=d", "name=D").status == 0)
        #expect(try run("b", "tablesDB.list").json?["total"] == 0)
        #expect(try run("a", "tablesDB.list").json?["total"] == 1)
    }
}
