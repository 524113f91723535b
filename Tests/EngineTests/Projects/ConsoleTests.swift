import Testing
import Values

@testable import Engine

@Suite("console: what a console has to know")
struct ConsoleTests {
    @Test(arguments: Backend.available)
    func domainsAreFreeButThatOfTheServer(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            func ask(_ domain: JSON) async throws -> JSON {
                try await engine.call("console.getResource", ["value": domain, "type": "rules"])
            }
            for domain: JSON in ["shop.example.org", "example", "xn--bcher-kva.example"] {
                _ = try await ask(domain)
            }
            func refusal(_ domain: JSON) async throws -> Refusal {
                try await engine.refusal("console.getResource", ["value": domain, "type": "rules"])
            }
            let taken = Refusal("resource_already_exists", 409, "value")
            #expect(try await refusal("localhost") == taken)
            #expect(try await refusal("LocalHost") == taken)
            let invalid = Refusal("general_argument_invalid", 400, "value")
            for text: JSON in ["", "https://example.org", "a b", "-a.example", "example.org/path"] {
                #expect(try await refusal(text) == invalid, "\(text)")
            }
            let other = try await engine.refusal("console.getResource", ["value": "a.example", "type": "files"])
            #expect(other == Refusal("general_argument_invalid", 400, "type"))
        }
    }

    @Test(arguments: Backend.available)
    func theScopesOfOrganisationsAreThoseThatTheirOperationsNeed(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let answer = try await engine.call("console.listOrganizationScopes")
            #expect(answer["total"] == 2)
            #expect(answer["scopes"]?.each("$id") == ["projects.read", "projects.write"])
            #expect(answer["scopes"]?.each("deprecated") == [false, false])
        }
    }

    @Test(arguments: Backend.available)
    func theServicesAreThoseOfTheCatalog(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let answer = try await engine.call("console.variables")
            #expect(answer["services"]?.array?.contains("organization") == true)
            #expect(answer["_APP_VCS_ENABLED"] == false)
        }
    }
}
