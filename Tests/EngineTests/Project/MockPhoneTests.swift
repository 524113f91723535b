import Storage
import Testing
import Values

@testable import Engine

@Suite("Phone numbers for tests")
struct MockPhoneTests {
    @Test(arguments: Backend.available)
    func theyAreMadeReadChangedAndDeleted(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            let made = try await engine.call("project.createMockPhone", ["number": "+4930123456", "otp": "123456"])
            let expected: JSON = [
                "number": "+4930123456", "otp": "123456", "$createdAt": "2026-11-22T08:00:00.000+00:00",
                "$updatedAt": "2026-11-22T08:00:00.000+00:00",
            ]
            #expect(made == expected)
            #expect(try await engine.call("project.getMockPhone", ["number": "+4930123456"]) == expected)
            engine.clock.advance(milliseconds: 1000)
            let changed = try await engine.call("project.updateMockPhone", ["number": "+4930123456", "otp": "654321"])
            #expect(changed["otp"] == "654321")
            #expect(changed["$createdAt"] == "2026-11-22T08:00:00.000+00:00")
            #expect(changed["$updatedAt"] == "2026-11-22T08:00:01.000+00:00")
            #expect(try await engine.call("project.listMockPhones") == ["total": 1, "mockNumbers": [changed]])
            let phones = try await engine.engine.pipeline.store.read { try ProjectSettings($0).mockPhones }
            #expect(phones.map(\.otp) == ["654321"])
            #expect(try await engine.call("project.deleteMockPhone", ["number": "+4930123456"]) == [:])
            #expect(try await engine.call("project.listMockPhones") == ["total": 0, "mockNumbers": []])
            #expect(
                try await engine.events().map(\.name)
                    == ["create", "update", "delete"].map { "mock-phones.+4930123456.\($0)" }
            )
        }
    }

    @Test(arguments: Backend.available)
    func codesAreNotKeptInClear(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.call("project.createMockPhone", ["number": "+4930123456", "otp": "907142"])
            try await engine.call("project.updateMockPhone", ["number": "+4930123456", "otp": "907143"])
            for code in ["907142", "907143"] { #expect(try await !backend.holds(code, engine.folder)) }
            let events = try await engine.events()
            #expect(events.allSatisfy { (try? JSON(parsing: $0.payload))?["otp"] == "" })
        }
    }

    @Test(arguments: Backend.available)
    func refusals(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            for (number, code, argument) in [
                ("0301234", "123456", "number"), ("+49301234", "12345", "otp"), ("+49301234", "12345a", "otp"),
            ] {
                let refusal = try await engine.refusal(
                    "project.createMockPhone",
                    ["number": .string(number), "otp": .string(code)]
                )
                #expect(refusal == Refusal("general_argument_invalid", 400, argument))
            }
            let unknown = Refusal("mock_number_not_found", 404, "number")
            #expect(try await engine.refusal("project.getMockPhone", ["number": "+491"]) == unknown)
            #expect(
                try await engine.refusal("project.updateMockPhone", ["number": "+491", "otp": "123456"]) == unknown
            )
            #expect(try await engine.refusal("project.deleteMockPhone", ["number": "+491"]) == unknown)
            for index in 10..<20 {
                try await engine.call("project.createMockPhone", ["number": "+49\(index)", "otp": "123456"])
            }
            #expect(
                try await engine.refusal("project.createMockPhone", ["number": "+4910", "otp": "123456"])
                    == Refusal("mock_number_already_exists", 409, "number")
            )
            #expect(
                try await engine.refusal("project.createMockPhone", ["number": "+4920", "otp": "123456"])
                    == Refusal("mock_number_limit_exceeded", 400)
            )
        }
    }
}
