import Testing
import Values

@Suite("JSON pointers and selections")
struct JSONPointerTests {
    private let value: JSON = [
        "rows": [["$id": "a", "n": 1, "tags": ["x", "y"]], ["$id": "b", "tags": []]], "total": 2, "a/b": ["~": true],
        "": "empty",
    ]

    @Test(
        arguments: [
            ("/total", 2), ("/rows/1/$id", "b"), ("/rows/0/tags/1", "y"), ("/a~1b/~0", true), ("/", "empty"),
        ] as [(String, JSON)]
    )
    func findTheirPlace(_ pointer: String, _ expected: JSON) throws {
        #expect(value[try JSONPointer(parsing: pointer)] == expected)
    }

    @Test func theEmptyOneIsTheWholeValue() throws {
        #expect(value[try JSONPointer(parsing: "")] == value)
    }

    @Test(arguments: ["/rows/2", "/rows/01", "/rows/-", "/rows/-1", "/total/x", "/missing", "/rows/*"])
    func findNothingElsewhere(_ pointer: String) throws {
        #expect(value[try JSONPointer(parsing: pointer)] == nil)
    }

    @Test(arguments: ["rows", "#/rows", "/a~2", "/a~"])
    func areRefusedWhenTheyAreMalformed(_ pointer: String) {
        #expect(throws: JSONPointer.Malformed.self) { try JSONPointer(parsing: pointer) }
    }

    /// What selects by them goes down a level for each part, and so must not have too many.
    @Test func haveAtMost256Parts() throws {
        let longest = try JSONPointer(parsing: String(repeating: "/a", count: 256))
        #expect(Selection([longest]).applied(to: value) == [:])
        for count in [257, 1_000_000] {
            let error = #expect(throws: JSONPointer.Malformed.self) {
                try JSONPointer(parsing: String(repeating: "/", count: count))
            }
            #expect(error?.reason == "it has more than 256 parts")
        }
    }

    @Test(
        arguments: [
            (["/total"], ["total": 2]), (["/rows/*/$id"], ["rows": [["$id": "a"], ["$id": "b"]]]),
            (["/rows/*/n", "/rows/1/$id"], ["rows": [["n": 1], ["$id": "b"]]]),
            (["/rows/0/tags/1"], ["rows": [["tags": ["y"]]]]), (["/*/0/$id"], ["rows": [["$id": "a"]]]),
            (["/missing/*", "/total/x"], [:]), (["/rows/*/missing"], ["rows": []]),
            (["/a~1b"], ["a/b": ["~": true]]),
        ] as [([String], JSON)]
    )
    func keepWhatIsSelected(_ pointers: [String], _ expected: JSON) throws {
        let selection = Selection(try pointers.map { try JSONPointer(parsing: $0) })
        #expect(selection.applied(to: value) == expected)
    }

    @Test func aPointerToEverythingKeepsEverything() throws {
        let selection = Selection([try JSONPointer(parsing: ""), try JSONPointer(parsing: "/total")])
        #expect(selection.applied(to: value) == value)
    }
}
