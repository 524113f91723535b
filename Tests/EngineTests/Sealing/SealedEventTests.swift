import Catalog
import Testing
import Values

@testable import Engine

@Suite("Events of encrypted columns")
struct SealedEventTests {
    @Test(arguments: Backend.available)
    func areWholeForThoseWhoHaveTheKey(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, keys in
            try await engine.makeTable(EncryptedColumnTests.columns)
            let data: JSON = ["open": "o", "secret": "s", "list": ["x", "y"]]
            let made = try await engine.on("createRow", ["rowId": "a", "data": data])
            try await engine.on("deleteRow", ["rowId": "a"])

            // Without the key the payload lacks the encrypted columns.
            let bare = try await engine.events()[2]
            #expect(try JSON(parsing: bare.payload) == made.without("secret", "long", "list"))

            func read(_ engine: Engine) async throws -> [EventRecord] {
                var reader = engine.events()
                return try await reader.next()
            }
            let whole = try await read(engine.engine)
            #expect(whole.count == 4)
            let payload = try JSON(parsing: whole[2].payload)
            #expect(payload.without("secret", "long", "list") == made.without("secret", "long", "list"))
            #expect(["secret", "long", "list"].map { payload[$0] } == ["s", "none", ["x", "y"]])
            #expect(whole[2].ids == ["d", "t", "a"])
            // So it is with what a deleted row was.
            let gone = try await engine.events()[3]
            #expect(try JSON(parsing: gone.payload) == made.without("secret", "long", "list"))
            #expect(try JSON(parsing: whole[3].payload) == payload)

            let other = Engine(catalog: .embedded, store: engine.store, key: .ownFile(try makeKey(keys, "other")))
            #expect(try await read(other)[2] == bare)
        }
    }

    @Test("Values are found wherever a row is, and come back to their places")
    func places() throws {
        let columns: [EventSecrets.Place: Set<String>] = [.init(database: "d", table: "t"): ["s", "l"]]
        let row: JSON = ["$tableId": "t", "$databaseId": "d", "s": "1", "o": "2", "l": nil]
        let other: JSON = ["$tableId": "u", "$databaseId": "d", "s": "open"]
        let bare: JSON = ["$tableId": "t", "$databaseId": "d", "o": "2", "l": nil]
        let cases: [(JSON, JSON, JSON?)] = [
            (row, bare, ["s": "1"]), (other, other, nil),
            (["rows": [other, row]], ["rows": [other, bare]], ["rows": ["1": ["s": "1"]]]),
            (
                ["$collectionId": "t", "$databaseId": "d", "l": ["a"]], ["$collectionId": "t", "$databaseId": "d"],
                ["l": ["a"]]
            ),
            (
                ["$tableId": "u", "$databaseId": "d", "s": row], ["$tableId": "u", "$databaseId": "d", "s": bare],
                ["s": ["s": "1"]]
            ),
            (["s": "1"], ["s": "1"], nil),
        ]
        for (payload, rest, secrets) in cases {
            let split = EventSecrets.split(payload, columns)
            #expect(split.rest == rest)
            #expect(split.secrets == secrets)
            if let secrets {
                let merged = EventSecrets.merged(rest, secrets)
                #expect(EventSecrets.split(merged, columns).rest == rest)
                #expect(EventSecrets.split(merged, columns).secrets == secrets)
            }
        }
    }
}
