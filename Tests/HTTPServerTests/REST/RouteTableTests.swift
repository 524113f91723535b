import Catalog
import Testing

@testable import HTTPServer

@Suite("Routes of the catalog")
struct RouteTableTests {
    private let routes = RouteTable(.embedded)

    @Test("every operation is found at its path, with the variables in it")
    func findsEveryOperation() throws {
        for operation in Catalog.embedded.operations {
            let path = operation.path.split(separator: "/").map { $0.hasPrefix(":") ? "x-\($0.dropFirst())" : $0 }
            let match = try #require(routes.match(operation.method, "/" + path.joined(separator: "/")[...]))
            let candidate = try #require(
                match.candidates.first { $0.operation.id == operation.id },
                "\(operation.method) \(operation.path) leads to \(match.candidates.map(\.operation.id))"
            )
            #expect(zip(candidate.names, match.values).allSatisfy { "x-\($0)" == $1 })
        }
    }

    @Test(
        "a word comes before a variable, and a branch that leads nowhere is left",
        arguments: [
            ("GET", "/v1/tablesdb/transactions", "tablesDB.listTransactions"),
            ("GET", "/v1/tablesdb/transactions/tables/notes", "tablesDB.getTable"),
            ("GET", "/v1/tablesdb/shop", "tablesDB.get"),
            ("POST", "/v1/account/sessions", "account.createEmailPasswordSession"),
            ("GET", "/v1/projects/p1/keys/k1", "project.getKey"),
            ("GET", "/v1/projects/p1", "projects.get"),
            ("POST", "/v1/account/sessions/oauth2/callback/github/p1", "account.getSessionsOAuth2Redirect"),
        ]
    )
    func prefersWords(_ method: String, _ path: String, _ operation: String) {
        #expect(routes.match(method, path[...])?.candidates.first?.operation.id == operation)
    }

    @Test("there is nothing elsewhere", arguments: ["/", "/v1", "/v2/account", "/v1/account/nothing/at/all", ""])
    func findsNothing(_ path: String) {
        #expect(routes.match("GET", path[...])?.candidates.map(\.operation.id) == nil)
    }
}
