import Testing
import Values

@Suite("The JSON writer")
struct JSONWriterTests {
    @Test(arguments: [
        ("plain", #""plain""#), ("\"\\/", #""\"\\/""#), ("\n\r\t", #""\n\r\t""#),
        ("\u{0}\u{8}\u{1F}", #""\u0000\u0008\u001f""#),
        ("\u{7F}é€😀", "\"\u{7F}é€😀\""), ("\u{85}\u{2028}\u{2029}", #""\u0085\u2028\u2029""#),
        ("\u{84}\u{86}\u{2027}\u{202A}", "\"\u{84}\u{86}\u{2027}\u{202A}\""), ("Â", "\"Â\""),
    ])
    func escapesWhatItMust(text: String, written: String) {
        #expect(Array(JSON.string(text).encoded) == Array(written.utf8))
    }

    @Test(
        arguments: [
            (0, "0"), (7, "7"), (10, "10"), (-1, "-1"), (-10, "-10"), (.max, "9223372036854775807"),
            (.min, "-9223372036854775808"), (9_007_199_254_740_993, "9007199254740993"),
        ] as [(Int64, String)]
    )
    func writesIntegersWhole(number: Int64, written: String) {
        #expect(JSON.int(number).text == written)
    }

    @Test(arguments: [
        (0.0, "0.0"), (1.5, "1.5"), (1e16, "1e+16"), (0.1 + 0.2, "0.30000000000000004"),
        (.leastNonzeroMagnitude, "5e-324"),
        (.infinity, "null"), (-.infinity, "null"), (.nan, "null"),
    ])
    func writesDoublesShortest(number: Double, written: String) {
        #expect(JSON.double(number).text == written)
    }

    @Test func remembersIntegersThatJavaScriptCannotHold() {
        func unsafe(_ value: JSON) -> Bool {
            var writer = JSONWriter()
            writer.write(value)
            return writer.wroteUnsafeInteger
        }
        #expect(!unsafe([9_007_199_254_740_991, -9_007_199_254_740_991, 1e300]))
        #expect(unsafe(["a": [9_007_199_254_740_992]]))
        #expect(unsafe(-9_007_199_254_740_992))
        #expect(unsafe(.int(.min)))
    }

    @Test func quotesTextThatIsJSONAlready() throws {
        let inner: JSON = ["a": "x\"y\\z\u{2028}", "b": [1, 2.5, nil]]
        var writer = JSONWriter()
        writer.writeQuoted(inner.encoded)
        let quoted = try #require(try JSON(parsing: writer.bytes).string)
        #expect(try JSON(parsing: quoted) == inner)
    }

    @Test func objectsReplaceInPlaceAppendAndRemove() {
        var object: JSONObject = ["a": 1, "b": 2]
        object["a"] = 3
        object["c"] = 4
        object["b"] = nil
        object["none"] = nil
        #expect(JSON.object(object).text == #"{"a":3,"c":4}"#)
        #expect(object["a"] == 3)
        #expect(object["b"] == nil)
        #expect(object != ["c": 4, "a": 3])
    }

    @Test func valuesSayWhatTheyAre() {
        let kinds: [JSON] = [nil, true, 1, 1.5, "", [], [:]]
        #expect(
            kinds.map(\.kindName) == [
                "null", "a boolean", "an integer", "a number with a fraction", "a string", "an array", "an object",
            ]
        )
        #expect((["a", "b"] as JSON).strings == ["a", "b"])
        #expect((["a", 1] as JSON).strings == nil)
        #expect(JSON.int(2).number == 2)
    }
}
