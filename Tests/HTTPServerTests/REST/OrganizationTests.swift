import Testing
import Values

@testable import HTTPServer

@Suite("Organisations over HTTP")
struct OrganizationTests {
    @Test("the header names the organisation, and nothing else in a request does")
    func namesTheOrganisation() async throws {
        try await withFront { front in
            let session = try await front.signUp("ann")
            try await front.run("teams.create", ["teamId": "acme", "name": "Acme"])
            try await front.run("teams.createMembership", ["teamId": "acme", "userId": "ann", "roles": ["owner"]])
            let mine = ["X-Appwrite-Session: \(session)", "X-Appwrite-Organization: acme"]
            let projects = "/v1/organization/projects"
            let made = try await front.send("POST", projects, mine, #"{"projectId":"shop","name":"Shop"}"#)
            #expect(made?.status == 201)
            #expect(made?.json["teamId"] == "acme")
            let renamed = try await front.send("PATCH", projects + "/shop", mine, #"{"name":"Store"}"#)
            #expect(renamed?.json["name"] == "Store")
            #expect(try await front.send("GET", projects + "/shop", mine)?.json["$id"] == "shop")
            #expect(try await front.send("GET", projects, mine)?.json["total"] == 1)
            for fields in [[mine[0]], [mine[0], "X-Appwrite-Organization:"]] {
                let nameless = try await front.send("GET", projects + "?organizationId=acme", fields)
                #expect(nameless?.status == 403)
                #expect(nameless?.json["type"] == "organization_id_missing")
            }
            let malformed = try await front.send("GET", projects, [mine[0], "X-Appwrite-Organization: a b"])
            #expect(malformed?.json["type"] == "general_argument_invalid")
            #expect(try await front.send("GET", projects, [mine[1]])?.status == 401)
            #expect(try await front.send("DELETE", projects + "/shop", mine)?.status == 204)
            #expect(try await front.send("GET", projects, mine)?.json["total"] == 0)
        }
    }
}
