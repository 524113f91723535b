import Testing
import Values

@testable import MCPServer

@Suite("What an agent reads first")
struct DefinitionTests {
    private let answers = PreparedAnswers(
        identity: ServerIdentity(name: "tandem", title: "Tandem", version: "0.1.0", instructions: Instructions.text),
        tools: [.catalogSearch, .executeOperation]
    )

    @Test("The list of tools is at most 3,000 bytes")
    func listIsShort() {
        #expect(answers.legacyTools.count <= 3000)
        #expect(answers.modernTools.count <= 3000)
    }

    @Test("The instructions are at most 1,200 characters")
    func instructionsAreShort() {
        #expect(Instructions.text.count <= 1200)
    }

    @Test(
        "Both tools describe every argument and take no other",
        arguments: [ToolDefinition.catalogSearch, .executeOperation]
    )
    func describesEverything(_ tool: ToolDefinition) throws {
        #expect(tool.inputSchema["type"] == "object")
        #expect(tool.inputSchema["additionalProperties"] == false)
        let properties = try #require(tool.inputSchema["properties"]?.object)
        for (name, schema) in properties.members {
            #expect(schema["description"]?.string?.isEmpty == false, "\(name)")
        }
    }

    @Test("The arguments are those that work")
    func arguments() {
        #expect(
            ToolDefinition.catalogSearch.inputSchema["properties"]?.object?.keys
                == ["query", "service", "limit", "detail"]
        )
        #expect(
            ToolDefinition.executeOperation.inputSchema["properties"]?.object?.keys == [
                "operation", "arguments", "as", "steps", "atomic", "dryRun", "confirm", "select",
            ]
        )
    }
}
