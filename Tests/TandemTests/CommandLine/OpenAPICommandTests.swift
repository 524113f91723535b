import Testing
import Values

@Suite("tandem openapi")
struct OpenAPICommandTests {
    @Test("Writes the whole description without a store")
    func whole() throws {
        let run = try CommandRun(["openapi"], environment: ["TANDEM_DATA": "/nonexistent/folder"])
        #expect(run.status == 0)
        #expect(run.error == "")
        #expect(run.json?["openapi"] == "3.1.1")
        #expect(run.json?["servers"] == [["url": "http://127.0.0.1:8080"]])
        #expect(run.json?["paths"]?["/v1/health"]?["get"]?["operationId"] == "health.get")
    }

    @Test("Is narrowed as what is served")
    func narrowed() throws {
        let teams = try CommandRun(["openapi", "--services", "teams", "--read-only"])
        let paths = try #require(teams.json?["paths"]?.object?.members)
        #expect(!paths.isEmpty)
        #expect(paths.allSatisfy { $0.key.hasPrefix("/v1/teams") && $0.value.object?.keys == ["get"] })
    }

    @Test("Names the server that it is told")
    func server() throws {
        let run = try CommandRun(["openapi", "--services", "health", "--server", "https://api.example.org/"])
        #expect(run.json?["servers"] == [["url": "https://api.example.org"]])
        for address in ["nowhere", "ftp://example.org", ""] {
            #expect(try CommandRun(["openapi", "--server", address]).status == 2, "\(address)")
        }
    }
}
