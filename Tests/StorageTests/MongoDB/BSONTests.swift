import TestSupport
import Testing
import Values

@testable import Storage

@Suite("BSON")
struct BSONTests {
    /// The first example of the specification: {"hello": "world"}.
    private let hello: [UInt8] = [
        0x16, 0, 0, 0, 0x02, 0x68, 0x65, 0x6C, 0x6C, 0x6F, 0, 6, 0, 0, 0, 0x77, 0x6F, 0x72, 0x6C, 0x64, 0, 0,
    ]

    private func read<R>(_ bytes: [UInt8], _ body: (BSONView) throws -> R) throws -> R {
        try bytes.withUnsafeBytes { try body(try BSONView($0)) }
    }

    @Test func isWrittenAsTheSpecificationSays() throws {
        #expect(BSONWriter.document { $0.string("hello", "world") } == hello)
        #expect(try read(hello) { try $0["hello"]?.string } == "world")
        // The second one: {"BSON": ["awesome", 5.05, 1986]}, its last number being an int32.
        let second = BSONWriter.document { writer in
            writer.array("BSON") { items in
                items.string(.index(0), "awesome")
                items.double(.index(1), 5.05)
                items.int32(.index(2), 1986)
            }
        }
        #expect(second.count == 0x31)
        #expect(second[0..<10] == [0x31, 0, 0, 0, 4, 0x42, 0x53, 0x4F, 0x4E, 0])
    }

    @Test func keepsEveryJSONValue() throws {
        let values: [JSON] = [
            nil, true, false, .int(.max), .int(.min), 0, .double(0.1), .double(-0.0), .double(.greatestFiniteMagnitude),
            "", "a\u{0}b", "é😀", [], [1, [nil, "x"]], [:],
            ["b": 1, "a": ["": .double(1)], "$x": "y", "p.q": nil],
        ]
        for value in values {
            let bytes = BSONWriter.document { $0.json("v", value) }
            let back = try read(bytes) { try $0["v"]!.json }
            #expect(back == value && back.text == value.text)
        }
    }

    @Test func keepsDatesBinariesAndTimes() throws {
        let bytes = BSONWriter.document { writer in
            writer.date("date", Timestamp(milliseconds: -1))
            writer.binary("binary", [0, 255])
            writer.timestamp("time", .max)
            writer.regex("pattern", "^a")
            writer.strings("strings", ["x", ""])
        }
        try read(bytes) { view throws in
            #expect(try view["date"]?.date == Timestamp(milliseconds: -1))
            #expect(try view["binary"]?.binary.map { Array($0) } == [0, 255])
            #expect(try view["time"]?.timestamp == .max)
            #expect(try view["strings"]?.strings == ["x", ""])
            #expect(try view["none"] == nil)
        }
    }

    /// Whatever a peer sends is either read or refused; nothing is read beyond its end.
    @Test func hostileBytesAreRefused() throws {
        var random = SplitMix64(seed: 5)
        let good = BSONWriter.document { writer in
            writer.json("v", ["a": [1, "x", nil, true, 0.5], "b": ["c": "d"]])
            writer.date("date", Timestamp(milliseconds: 1))
            writer.binary("binary", [1, 2, 3])
        }
        func visit(_ bytes: [UInt8]) {
            _ = try? read(bytes) { view in
                try view.forEach { element in
                    _ = try element.json
                    _ = (element.string, element.integer, element.number, element.date, element.binary)
                    _ = try element.strings
                    return true
                }
            }
        }
        for length in 0..<good.count { visit(Array(good.prefix(length))) }
        for _ in 0..<20_000 {
            var bytes = good
            for _ in 0..<(1 + random.below(4)) { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
            visit(bytes)
        }
        #expect(throws: StoreError.self) { try read([5, 0, 0, 0]) { _ in } }
        #expect(throws: StoreError.self) { try read([6, 0, 0, 0, 0]) { _ in } }
    }
}
