import Catalog
import Testing
import Values

@Suite("The OpenAPI description")
struct OpenAPITests {
    private static func document(services: Set<String>? = nil) -> JSON {
        OpenAPI(
            Catalog.embedded.narrowed(services: services, scopes: nil, readOnly: false),
            version: "1.2.3",
            server: "https://api.example.org"
        ) { $0.id == "tablesDB.listRows" }.document
    }

    private static let whole = document()
    private static let rows = "/v1/tablesdb/{databaseId}/tables/{tableId}/rows"

    private func entry(_ method: String, _ path: String) throws -> JSON {
        try #require(Self.whole["paths"]?[path]?[method], "\(method) \(path)")
    }

    @Test func saysWhatItIsAndWhereItAnswers() {
        #expect(Self.whole["openapi"] == "3.1.1")
        #expect(Self.whole["info"]?["version"] == "1.2.3")
        #expect(Self.whole["servers"] == [["url": "https://api.example.org"]])
        #expect(
            Self.whole["components"]?["securitySchemes"]?.object?.keys == ["Project", "Key", "Session", "JWT"]
        )
    }

    @Test func hasEveryOperationOnce() throws {
        var named: [String] = []
        for (path, item) in try #require(Self.whole["paths"]?.object?.members) {
            for (method, entry) in item.object?.members ?? [] {
                #expect(["get", "put", "post", "patch", "delete"].contains(method), "\(path)")
                named.append(entry["operationId"]?.string ?? "")
            }
        }
        #expect(Set(named).count == named.count)
        let shared: Set = ["tablesDB.createRows", "databases.createDocuments"]
        #expect(Set(named).union(shared) == Set(Catalog.embedded.operations.map(\.id)))
        #expect(shared.isDisjoint(with: named))
    }

    @Test func everyReferenceLeadsSomewhere() throws {
        func references(_ json: JSON) -> [String] {
            switch json {
            case .array(let items): items.flatMap(references)
            case .object(let object):
                object.members.flatMap { key, value in
                    if key == "$ref", let text = value.string { [text] } else { references(value) }
                }
            default: []
            }
        }
        let all = Set(references(Self.whole))
        #expect(all.count > 100)
        for reference in all {
            let found = reference.split(separator: "/").dropFirst().reduce(Self.whole as JSON?) { $0?[String($1)] }
            #expect(found != nil, "\(reference)")
        }
    }

    @Test func argumentsStandInThePathTheQueryOrTheBody() throws {
        let list = try entry("get", Self.rows)
        let parameters = try #require(list["parameters"]?.array)
        #expect(
            parameters.each("name") == [
                "databaseId", "tableId", "queries[]", "total", "transactionId", "ttl", "freshness",
            ]
        )
        #expect(parameters.each("in") == ["path", "path", "query", "query", "query", "query", "query"])
        #expect(parameters[0]["required"] == true)
        let queries = parameters[2]
        #expect(queries["style"] == "form")
        #expect(queries["explode"] == true)
        #expect(queries["schema"]?["items"] == ["type": "string"])
        #expect(list["requestBody"] == nil)

        let update = try entry("patch", Self.rows + "/{rowId}")
        #expect(update["parameters"]?.array?.each("name") == ["databaseId", "tableId", "rowId"])
        let body = try #require(update["requestBody"]?["content"]?["application/json"]?["schema"])
        #expect(body["properties"]?.object?.keys == ["data", "permissions", "transactionId"])
        #expect(body["additionalProperties"] == nil)
        #expect(update["requestBody"]?["required"] == false)
    }

    @Test func twoOperationsOnOneRouteAreOne() throws {
        let create = try entry("post", Self.rows)
        #expect(create["operationId"] == "tablesDB.createRow")
        #expect(create["requestBody"]?["required"] == true)
        let bodies = try #require(create["requestBody"]?["content"]?["application/json"]?["schema"]?["anyOf"]?.array)
        #expect(bodies.map { $0["required"] } == [["rowId", "data"], ["rows"]])
        #expect(
            create["responses"]?["201"]?["content"]?["application/json"]?["schema"]?["anyOf"] == [
                ["$ref": "#/components/schemas/row"], ["$ref": "#/components/schemas/rowList"],
            ]
        )
    }

    @Test func answersHaveTheirStatusAndTheirModel() throws {
        let get = try entry("get", Self.rows + "/{rowId}")
        #expect(get["responses"]?.object?.keys == ["200", "4XX", "5XX"])
        let delete = try entry("delete", Self.rows + "/{rowId}")
        #expect(delete["responses"]?["204"]?["content"] == nil)
        let limited = try entry("post", "/v1/account/sessions/email")
        #expect(limited["responses"]?.object?.keys == ["201", "429", "4XX", "5XX"])
        let redirect = try entry("get", "/v1/account/sessions/oauth2/{provider}")
        #expect(redirect["responses"]?["301"]?["headers"]?["Location"]?["required"] == true)
        #expect(redirect["responses"]?["301"]?["content"] == nil)
        let error = try #require(Self.whole["components"]?["schemas"]?["error"])
        #expect(error["required"] == ["message", "code", "type", "version"])
    }

    @Test func aModelIsAClosedSchemaUnlessItHoldsWhatUsersKeep() throws {
        let schemas = try #require(Self.whole["components"]?["schemas"])
        #expect(schemas["team"]?["additionalProperties"] == false)
        #expect(schemas["team"]?["properties"]?["prefs"] == ["$ref": "#/components/schemas/preferences"])
        #expect(schemas["row"]?["additionalProperties"] == true)
        #expect(
            schemas["key"]?["properties"]?["expire"] == [
                "anyOf": [["type": "string", "format": "date-time"], ["const": ""]]
            ]
        )
        #expect(schemas["platform"]?["anyOf"]?.array?.count == 5)
    }

    @Test func saysWhoMayAsk() throws {
        let scopes = try entry("get", Self.rows)
        #expect(
            scopes["security"] == [
                ["Project": [], "Key": ["rows.read"]], ["Project": [], "Key": ["documents.read"]],
                ["Project": [], "Session": []], ["Project": [], "JWT": []], ["Project": []],
            ]
        )
        let owner = try entry("get", "/v1/users")
        #expect(owner["security"] == [["Project": [], "Key": ["users.read"]]])
    }

    @Test func marksWhatIsDeprecated() throws {
        #expect(try entry("get", "/v1/databases")["deprecated"] == true)
        #expect(try entry("get", "/v1/tablesdb")["deprecated"] == nil)
    }

    @Test func isNarrowedToServices() throws {
        let teams = Self.document(services: ["teams"])
        #expect(teams["paths"]?.object?.keys.allSatisfy { $0.hasPrefix("/v1/teams") } == true)
        #expect(teams["tags"]?.array?.each("name") == ["teams"])
        #expect(
            teams["components"]?["schemas"]?.object?.keys == [
                "error", "membership", "membershipList", "preferences", "team", "teamList",
            ]
        )
    }
}

extension [JSON] {
    /// A member of each.
    fileprivate func each(_ key: String) -> [JSON] { map { $0[key] ?? .null } }
}
