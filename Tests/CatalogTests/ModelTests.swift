import Testing
import Values

@testable import Catalog

@Suite("What answers hold")
struct ModelTests {
    @Test func everyOperationAnswersADeclaredModel() {
        for operation in Catalog.embedded.operations where operation.model != "none" {
            #expect(Models.embedded[operation.model] != nil, "\(operation.id): '\(operation.model)'")
        }
    }

    @Test func aModelNamesItsMembersAndSaysWhichMayBeMissing() throws {
        let explanation = try #require(Models.embedded["webhookSignature"])
        #expect(
            explanation.shape
                == .object(
                    [
                        Model.Field(name: "valid", type: .boolean, isRequired: true),
                        Model.Field(name: "scheme", type: .string, isRequired: true),
                        Model.Field(name: "reason", type: .string, isRequired: false),
                    ],
                    others: nil
                )
        )
    }

    @Test func aModelContinuesAnotherOneAndMayCorrectIt() throws {
        let models = Models([
            "base": ["$id": "string", "at": "datetime"],
            "kind": ["...": "base", "at": "datetimeOrEmpty", "words": ["a", "b"], "*": "integer[]{}|null"],
        ])
        #expect(
            models["kind"]?.shape
                == .object(
                    [
                        Model.Field(name: "$id", type: .string, isRequired: true),
                        Model.Field(name: "at", type: .datetime(orEmpty: true), isRequired: true),
                        Model.Field(name: "words", type: .words(["a", "b"]), isRequired: true),
                    ],
                    others: .either([.map(.list(.integer)), .null])
                )
        )
    }

    @Test func aModelIsKnownInOtherWordsToo() throws {
        let list = try #require(Models.embedded["documentList"])
        #expect(
            list.shape
                == .object(
                    [
                        Model.Field(name: "total", type: .integer, isRequired: true),
                        Model.Field(name: "documents", type: .list(.model("document")), isRequired: true),
                    ],
                    others: nil
                )
        )
        #expect(Models.embedded["document"]?.models == [])
        #expect(Models.embedded["attribute"]?.models.contains("attributeRelationship") == true)
        #expect(Models.embedded["index"] != nil)
    }
}
