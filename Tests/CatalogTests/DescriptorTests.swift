import Catalog
import Testing
import Values

@Suite("The embedded catalog")
struct DescriptorTests {
    @Test func declaresEveryOperationOnce() {
        let ids = Catalog.embedded.operations.map(\.id)
        #expect(Set(ids).count == ids.count)
    }

    @Test func statesTheFactsOfCreateRow() throws {
        let row = try operation("tablesDB.createRow")
        #expect(row.service == "tablesDB")
        #expect(row.method == "POST")
        #expect(row.path == "/v1/tablesdb/:databaseId/tables/:tableId/rows")
        #expect(row.scopes == ["rows.write", "documents.write"])
        #expect(row.auth == ["Admin", "Session", "Key", "JWT"])
        #expect(row.effect == .write)
        #expect(row.runs == .write)
        #expect(row.status == 201)
        #expect(row.model == "row")
        #expect(row.event == "databases.[databaseId].tables.[tableId].rows.[rowId].create")
        #expect(
            row.parameters.map(\.name) == ["databaseId", "tableId", "rowId", "data", "permissions", "transactionId"]
        )
    }

    @Test func statesTheFactsOfItsDeprecatedTwin() throws {
        let document = try operation("databases.createDocument")
        #expect(document.service == "databases")
        #expect(document.path == "/v1/databases/:databaseId/collections/:collectionId/documents")
        #expect(document.scopes == ["documents.write"])
        #expect(document.effect == .write)
        #expect(document.status == 201)
        #expect(document.model == "document")
        #expect(document.summary == "Insert one document into a collection")
        #expect(document.event == "databases.[databaseId].collections.[collectionId].documents.[documentId].create")
        #expect(
            document.parameters.map(\.name)
                == ["databaseId", "collectionId", "documentId", "data", "permissions", "transactionId"]
        )
        #expect(document.replacedBy == "tablesDB.createRow")
        #expect(document.implementation == "tablesDB.createRow")
        for operation in Catalog.embedded.operations where operation.service == "databases" {
            let texts = ([operation.id, operation.summary, operation.description, operation.path] + operation.scopes)
            for text in texts + operation.parameters.flatMap({ [$0.name, $0.description] }) {
                #expect(
                    text.firstMatch(of: /(?i)\b(tables?|rows?|columns?|tablesdb)\b/) == nil,
                    "\(operation.id): \(text)"
                )
            }
        }
    }

    @Test func onlyContainersSchemaAndManyAtOnceAreDestroyed() {
        let destroying = Set(Catalog.embedded.operations.filter { $0.effect == .destroy }.map(\.id))
        #expect(
            destroying == [
                "project.apply",
                "tablesDB.delete", "tablesDB.deleteTable", "tablesDB.deleteColumn", "tablesDB.deleteIndex",
                "tablesDB.updateTransaction", "tablesDB.deleteRows", "users.delete", "teams.delete",
                "users.deleteSessions", "account.delete", "account.deleteSessions",
                "databases.delete", "databases.deleteCollection",
                "databases.deleteAttribute", "databases.deleteIndex", "databases.updateTransaction",
                "databases.deleteDocuments", "projects.delete", "organization.deleteProject",
                "project.delete",
            ]
        )
    }

    @Test func everyBulkDeleteIsConfirmed() {
        for operation in Catalog.embedded.operations
        where operation.name.hasPrefix("delete") && operation.name.hasSuffix("s") {
            #expect(operation.effect == .destroy, "\(operation.id)")
        }
    }

    @Test func modelsThatHoldSecretsSayWhere() throws {
        let secrets = Catalog.embedded.operations.filter { !$0.secrets.isEmpty }
        #expect(
            Set(secrets.map(\.model)) == [
                "session", "sessionList", "identityList", "token", "jwt", "user", "userList", "key", "keyList",
                "ephemeralKey", "membership", "mfaType", "mfaRecoveryCodes", "mfaChallengeSecret", "mockNumber",
                "mockNumberList",
                "devKey", "devKeyList", "outboxMessage", "outboxMessageList", "webhook", "webhookList",
            ]
        )
        #expect(
            try operation("account.createMFAAuthenticator").secrets.map(\.tokens) == [["secret"], ["uri"]]
        )
    }

    @Test(arguments: ["project.createKey", "project.updateKey", "project.createEphemeralKey"])
    func anAPIKeyCanHaveEveryScope(_ id: String) throws {
        let parameter = try #require(try operation(id).parameters.first { $0.name == "scopes" })
        guard case .array(let item, _) = parameter.type, case .enumeration(let words) = item.type else {
            Issue.record("scopes are no list of words")
            return
        }
        let needed = Catalog.embedded.operations.filter { $0.auth.contains("Key") }.flatMap(\.scopes)
        #expect(Set(needed).subtracting(words) == [])
    }

    @Test func aDeprecatedOperationNamesItsSuccessor() throws {
        for operation in Catalog.embedded.operations {
            #expect(operation.isDeprecated == (operation.replacedBy != nil))
            if let successor = operation.replacedBy { #expect(Catalog.embedded.operation(successor) != nil) }
        }
    }

    @Test func anArgumentMayDecideWhetherAnythingIsDestroyed() throws {
        let apply = try operation("project.apply")
        #expect(!apply.destroys([:]))
        #expect(!apply.destroys(["delete": false]))
        #expect(!apply.destroys(["delete": nil]))
        #expect(apply.destroys(["delete": true]))
        #expect(apply.destroys(["Delete": "$ref:a#/b"]))
        let commit = try operation("tablesDB.updateTransaction")
        #expect(commit.destroys(["transactionId": "t", "commit": true]))
        #expect(!commit.destroys(["transactionId": "t", "rollback": true]))
        #expect(try !operation("tablesDB.deleteRows").destroys(["transaction_id": "t"]))
        #expect(try operation("tablesDB.deleteTable").destroys([:]))
        #expect(try !operation("tablesDB.createTable").destroys(["delete": true]))
    }

    /// But for transactions: what happens in them is seen once they are committed. Applying a schema leaves the events of
    /// the operations that it consists of, a JWT is kept nowhere, and nobody listens for who listens.
    @Test func aReadHasNoEventAndAWriteHasOne() {
        for operation in Catalog.embedded.operations
        where !operation.path.contains("/transactions") && operation.id != "project.apply"
            && operation.model != "jwt" && operation.service != "realtime"
        {
            #expect((operation.event == nil) == (operation.effect == .read), "\(operation.id)")
        }
    }

    @Test func everyPathParameterIsDeclaredAsOne() {
        for operation in Catalog.embedded.operations {
            let inPath = operation.path.split(separator: "/").filter { $0.hasPrefix(":") }.map {
                String($0.dropFirst())
            }
            #expect(operation.parameters.filter { $0.place == .path }.map(\.name) == inPath, "\(operation.id)")
        }
    }

    @Test func everyTextIsThere() {
        for operation in Catalog.embedded.operations {
            #expect(!operation.description.isEmpty, "\(operation.id)")
            #expect(operation.parameters.allSatisfy { !$0.description.isEmpty }, "\(operation.id)")
        }
    }

    @Test(arguments: [
        "tablesDB.createRow", "tables_db_create_row", "TABLESDB.CREATEROW", "tablesdb create-row", "tablesDB/createRow",
    ])
    func findsAnOperationInAnySpelling(_ spelling: String) throws {
        #expect(Catalog.embedded.operation(spelling)?.id == "tablesDB.createRow")
    }

    @Test func anUnknownOperationComesWithNearMisses() {
        let error = Catalog.embedded.unknownOperation("tablesDB.creatRow")
        #expect(error.code == .operationUnknown)
        #expect(error.hint?.contains("tablesDB.createRow") == true)
        #expect(error.hint?.contains("catalog-search") == true)
    }
}

@Suite("Narrowing the catalog")
struct NarrowingTests {
    @Test func readOnlyLeavesReads() {
        let narrowed = Catalog.embedded.narrowed(services: nil, scopes: nil, readOnly: true)
        #expect(narrowed.operations.allSatisfy { $0.effect == .read })
        #expect(narrowed.operation("tablesDB.listRows") != nil)
        #expect(narrowed.operation("tablesDB.createRow") == nil)
    }

    @Test func anyOneScopeSuffices() {
        let narrowed = Catalog.embedded.narrowed(services: nil, scopes: ["documents.read"], readOnly: false)
        let ids = narrowed.operations.map(\.id)
        #expect(ids.contains("project.describe"))
        #expect(ids.contains("tablesDB.listRows"))
        #expect(ids.contains("databases.getDocument"))
        #expect(!ids.contains("tablesDB.createRow"))
        #expect(!ids.contains("tablesDB.listTables"))
        #expect(narrowed.operations.allSatisfy { $0.scopes.isEmpty || $0.scopes.contains("documents.read") })
    }

    @Test func servicesAreNamedInAnySpelling() {
        let narrowed = Catalog.embedded.narrowed(services: ["Project"], scopes: nil, readOnly: false)
        #expect(narrowed.operations.map(\.id).contains("project.describe"))
        #expect(narrowed.operations.allSatisfy { $0.service == "project" })
        #expect(narrowed.services.map(\.id) == ["project"])
    }

    @Test func nothingGivenIsEverything() {
        #expect(Catalog.embedded.narrowed(services: nil, scopes: nil, readOnly: false) === Catalog.embedded)
    }
}
