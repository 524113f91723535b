import Testing

@testable import Values

@Suite("The place of a call in a trace")
struct TraceContextTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let span = "00f067aa0ba902b7"

    @Test(
        "Takes over what is well formed",
        arguments: [
            ("00-\(trace)-\(span)-01", true), ("00-\(trace)-\(span)-00", false),
            // Flags that nobody knows are no flaw, and are not passed on.
            ("00-\(trace)-\(span)-ff", true), ("00-\(trace)-\(span)-02", false),
            // Later versions may say more.
            ("01-\(trace)-\(span)-01", true), ("cc-\(trace)-\(span)-01-what-the-future-says", true),
            ("fe-\(trace)-\(span)-01-", true),
        ]
    )
    func valid(_ header: String, _ isSampled: Bool) {
        let context = TraceContext(parents: [header], states: ["a=1"])
        #expect(context.traceID == Self.trace)
        #expect(context.parentID == Self.span)
        #expect(context.spanID != Self.span)
        #expect(context.isSampled == isSampled)
        #expect(context.state == "a=1")
        #expect(context.traceparent == "00-\(Self.trace)-\(context.spanID)-\(isSampled ? "01" : "00")")
    }

    @Test(
        "Begins anew where the caller says something else",
        arguments: [
            "", "00", "00-\(trace)-\(span)", "00-\(trace)-\(span)-", "00-\(trace)-\(span)-0", "00-\(trace)-\(span)-1",
            "ff-\(trace)-\(span)-01", "ff-\(trace)-\(span)-01-more", "00-\(trace)-\(span)-01-more",
            "00-\(trace)-\(span)-01-",
            "00-\(trace)-\(span)-010", "01-\(trace)-\(span)-01more", "00-00000000000000000000000000000000-\(span)-01",
            "00-\(trace)-0000000000000000-01", "00-4BF92F3577B34DA6A3CE929D0E0E4736-\(span)-01",
            "00-\(trace)-00F067AA0BA902B7-01", "0A-\(trace)-\(span)-01", "00-\(trace)-\(span)-0A",
            ".0-\(trace)-\(span)-01",
            "00-\(trace)-\(span)-.0", "0-\(trace)-\(span)-01", "00-\(trace.dropLast())-\(span)-01",
            "00-\(trace)0-\(span)-01", "00-\(trace)-\(span)0-01", "00-\(trace)-\(span.dropLast()).-01",
            "00_\(trace)_\(span)_01", " 00-\(trace)-\(span)-01", "00-\(trace)-\(span)-01,00-\(trace)-\(span)-01",
            "00-\(trace.dropLast(2))ä-\(span)-01",
        ]
    )
    func invalid(_ header: String) {
        let context = TraceContext(parents: [header], states: ["a=1"])
        #expect(context.traceID != Self.trace)
        #expect(context.traceID.count == 32)
        #expect(context.parentID == nil)
        #expect(context.state == "")
        #expect(!context.isSampled)
    }

    @Test("Begins anew for none and for two")
    func count() {
        let header = "00-\(Self.trace)-\(Self.span)-01"
        #expect(TraceContext(parents: [], states: ["a=1"]).parentID == nil)
        #expect(TraceContext(parents: [header, header], states: []).parentID == nil)
    }

    @Test("Never has an id of zeros")
    func zeros() {
        struct Zeros: RandomNumberGenerator {
            mutating func next() -> UInt64 { 0 }
        }
        var zeros = Zeros()
        let context = TraceContext(using: &zeros)
        #expect(context.traceparent == "00-00000000000000000000000000000001-0000000000000001-00")
    }

    @Test("Is kept with work that is done later", arguments: [["a=1", "b=x y"], []])
    func kept(_ states: [String]) throws {
        let context = TraceContext(parents: ["00-\(Self.trace)-\(Self.span)-01"], states: states)
        let kept = try #require(TraceContext(kept: context.text))
        #expect(kept.headers.map(\.value) == context.headers.map(\.value))
        #expect(kept.spanID == context.spanID)
        #expect(TraceContext(kept: "") == nil)
        #expect(TraceContext(kept: "a b") == nil)
    }

    @Test("Sends on what belongs to it")
    func headers() {
        let context = TraceContext(parents: ["00-\(Self.trace)-\(Self.span)-01"], states: ["a=1", "b=2"])
        #expect(context.headers.map(\.name) == ["traceparent", "tracestate"])
        #expect(context.headers.map(\.value) == [context.traceparent, "a=1,b=2"])
        #expect(TraceContext().headers.map(\.name) == ["traceparent"])
    }
}

@Suite("What systems along a trace say")
struct TraceStateTests {
    @Test(
        "Is passed on as it is",
        arguments: [
            (["a=1"], "a=1"), (["a=1,b=2"], "a=1,b=2"), (["a=1", "b=2"], "a=1,b=2"), (["a=1 ,\tb=2\t"], "a=1,b=2"),
            ([""], ""), (["a=1,,b=2,"], "a=1,b=2"), (["a=x y"], "a=x y"), (["a= 1"], "a= 1"), (["a=/;:!"], "a=/;:!"),
            (["tenant@system=1"], "tenant@system=1"), (["0tenant@system=1"], "0tenant@system=1"),
            (["a_-*/9=1"], "a_-*/9=1"),
        ]
    )
    func valid(_ headers: [String], _ combined: String) { #expect(TraceState.combined(headers) == combined) }

    @Test(
        "Is dropped as a whole where a part of it is wrong",
        arguments: [
            "a", "=1", "a=", "A=1", "9a=1", "a=1,a=2", "a=1=2", "a@B=1", "@system=1", "tenant@=1", "a@b@c=1", "a =1",
            "a=\u{7F}", "a=ä", "a=1,b", "tenant@9system=1", "a@123456789012345=1",
        ]
    )
    func invalid(_ header: String) { #expect(TraceState.combined([header]) == "") }

    @Test("Has bounds")
    func bounds() {
        let key = String(repeating: "k", count: 256)
        let value = String(repeating: "v", count: 256)
        #expect(TraceState.combined(["\(key)=\(value)"]) == "\(key)=\(value)")
        #expect(TraceState.combined(["\(key)k=1"]) == "")
        #expect(TraceState.combined(["a=\(value)v"]) == "")
        let many = (0..<32).map { "k\($0)=1" }.joined(separator: ",")
        #expect(TraceState.combined([many]) == many)
        #expect(TraceState.combined([many, "z=1"]) == "")
        // Whole members are left out where all together are too long.
        let long = (0..<9).map { "k\($0)=\(value)" }
        #expect(TraceState.combined(long) == long.prefix(7).joined(separator: ","))
    }
}
