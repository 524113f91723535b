import Testing
import Values

@testable import Engine

@Suite("Variables of a project")
struct VariableTests {
    private static let open: JSONObject = ["variableId": "v", "key": "REGION", "value": "eu-west-7", "secret": false]
    private static let secret: JSONObject = ["variableId": "s", "key": "TOKEN", "value": "hush-hush-4711"]

    @Test(arguments: Backend.available)
    func anOpenOneIsAnsweredWithItsValue(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            let made = try await engine.call("project.createVariable", Self.open)
            let expected: JSON = [
                "$id": "v", "$createdAt": "2026-11-22T08:00:00.000+00:00",
                "$updatedAt": "2026-11-22T08:00:00.000+00:00", "key": "REGION", "value": "eu-west-7", "secret": false,
                "resourceType": "project", "resourceId": "",
            ]
            #expect(made == expected)
            #expect(try await engine.call("project.getVariable", ["variableId": "v"]) == expected)
            #expect(try await engine.call("project.listVariables") == ["total": 1, "variables": [expected]])
            engine.clock.advance(milliseconds: 1000)
            let changed = try await engine.call("project.updateVariable", ["variableId": "v", "value": "", "key": nil])
            #expect(changed["key"] == "REGION")
            #expect(changed["value"] == "")
            #expect(changed["$updatedAt"] == "2026-11-22T08:00:01.000+00:00")
            #expect(try await engine.call("project.deleteVariable", ["variableId": "v"]) == [:])
            #expect(
                try await engine.events().map(\.name) == ["create", "update", "delete"].map { "variables.v.\($0)" }
            )
        }
    }

    @Test(arguments: Backend.available)
    func aSecretOneStaysSecret(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            let made = try await engine.call("project.createVariable", Self.secret)
            #expect(made["secret"] == true)
            #expect(made["value"] == "")
            #expect(try await engine.call("project.getVariable", ["variableId": "s"])["value"] == "")
            #expect(try await engine.call("project.listVariables")["variables"]?.each("value") == [""])
            let updated = try await engine.call("project.updateVariable", ["variableId": "s", "key": "OTHER"])
            #expect(updated["secret"] == true)
            #expect(updated["value"] == "")
            #expect(
                try await engine.refusal("project.updateVariable", ["variableId": "s", "secret": false])
                    == Refusal("variable_cannot_unset_secret", 400, "secret")
            )
        }
    }

    @Test(arguments: Backend.available)
    func valuesAreNotKeptInClear(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.call("project.createVariable", Self.secret)
            try await engine.call("project.createVariable", Self.open)
            try await engine.call("project.updateVariable", ["variableId": "v", "value": "eu-north-9"])
            for value in ["hush-hush-4711", "eu-west-7", "eu-north-9"] {
                #expect(try await !backend.holds(value, engine.folder), "\(value)")
            }
        }
    }

    @Test(arguments: Backend.available)
    func theyAreFoundByKeyAndKind(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.call("project.createVariable", Self.open)
            try await engine.call("project.createVariable", Self.secret)
            func found(_ queries: JSON...) async throws -> [JSON]? {
                try await engine.call("project.listVariables", ["queries": .array(queries)])["variables"]?.each("$id")
            }
            #expect(try await found(query("equal", "key", "TOKEN")) == ["s"])
            #expect(try await found(query("equal", "secret", false)) == ["v"])
            #expect(
                try await found(query("equal", "resourceType", "project"), query("orderDesc", "key")) == ["s", "v"]
            )
        }
    }

    @Test(arguments: Backend.available)
    func refusals(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.call("project.createVariable", Self.open)
            try await engine.call("project.createVariable", Self.secret)
            let taken = "variable_already_exists"
            for (arguments, argument) in [
                (["variableId": "v", "key": "NEW", "value": ""], "variableId"),
                (["variableId": "n", "key": "REGION", "value": ""], "key"),
            ] as [(JSONObject, String)] {
                let refusal = try await engine.refusal("project.createVariable", arguments)
                #expect(refusal == Refusal(taken, 409, argument))
            }
            #expect(
                try await engine.refusal("project.updateVariable", ["variableId": "s", "key": "REGION"])
                    == Refusal(taken, 409, "key")
            )
            let unknown = Refusal("variable_not_found", 404, "variableId")
            for name in ["get", "update", "delete"] {
                #expect(try await engine.refusal("project.\(name)Variable", ["variableId": "x"]) == unknown)
            }
        }
    }

    @Test func withoutAKeyNothingIsKeptInMongoDB() async throws {
        guard Backend.available.contains(.mongoDB) else { return }
        try await withEngine(.mongoDB) { engine in
            let error = try await engine.error("project.createVariable", Self.secret)
            #expect(Refusal(error) == Refusal("store_unavailable", 503))
            #expect(error.hint?.contains("--key-file") == true)
        }
    }
}
