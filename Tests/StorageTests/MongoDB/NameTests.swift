import Testing

@testable import Storage

@Suite("Names in MongoDB")
struct NameTests {
    @Test(
        arguments: [
            ("shop", "default__shop"), ("Shop.Main", "default__=53hop=2E=4Dain"), ("a_b-c", "default__a_b-c"),
            ("tandem", "default__=74andem"), ("Tandem", "default__=54andem"),
        ]
    )
    func ofDatabases(_ id: String, _ name: String) { #expect(MongoNames.database(id, of: "default") == name) }

    @Test func areCutAndToldApart() {
        let project = String(repeating: "p", count: 36)
        let names = ["A", "B"].map { MongoNames.database(String(repeating: "X", count: 35) + $0, of: project) }
        #expect(names.allSatisfy { $0.utf8.count == 63 && $0.hasPrefix(project + "__=58") })
        #expect(names[0] != names[1])
        #expect(MongoNames.collection("Notes") == "=4Eotes")
        #expect(MongoNames.collection("Notes", incarnation: "7") == "=4Eotes=7")
    }

    @Test(arguments: ["default", "a", "a-b", "a_b", "a__b", "x.y", "tandem", "p__tandem"])
    func leadBackToTheProject(_ project: String) {
        #expect(MongoNames.project(ofMetadata: MongoNames.metadata(of: project)) == project)
        #expect(MongoNames.project(ofMetadata: MongoNames.database("tandem", of: project)) == nil)
        #expect(MongoNames.project(ofMetadata: MongoNames.database("shop", of: project)) == nil)
    }

    @Test func ofOneProjectNeverLookLikeAnothers() {
        #expect(!MongoNames.database("b__x", of: "a").hasPrefix(MongoNames.prefix(of: "a__b")))
        #expect(MongoNames.project(ofMetadata: "admin") == nil)
        #expect(MongoNames.project(ofMetadata: "=4__tandem") == nil)
    }
}
