import Synchronization

/// Where a call stands in a trace, as W3C Trace Context (level 1) tells it: which trace it belongs to, and which part of
/// it this process's share is.
package struct TraceContext: Sendable, Hashable {
    /// The trace, the same for all that happens because of its beginning; not 0.
    private let high: UInt64
    private let low: UInt64
    /// This process's share; not 0.
    private let span: UInt64
    /// The share of whoever called; nil where the trace begins here.
    private let parent: UInt64?
    /// Whether whoever began the trace records it.
    package let isSampled: Bool
    /// What the systems along the way have to say, to be passed on as it is; empty for nothing.
    package let state: String

    /// The trace of the call that the current task works for.
    @TaskLocal package static var current: TraceContext?

    /// Begins a trace.
    package init() {
        var random = TraceNumbers()
        self.init(using: &random)
    }

    init(using random: inout some RandomNumberGenerator) {
        let (high, low) = (random.next(), random.nextButZero())
        self.init(high, low, span: random.nextButZero(), parent: nil, isSampled: false, state: "")
    }

    private init(_ high: UInt64, _ low: UInt64, span: UInt64, parent: UInt64?, isSampled: Bool, state: String) {
        self.high = high
        self.low = low
        self.span = span
        self.parent = parent
        self.isSampled = isSampled
        self.state = state
    }

    /// Takes part in the trace of a caller, or begins one where the caller names none or names it wrongly.
    /// - Parameters:
    ///   - parents: every header `traceparent` of the request.
    ///   - states: every header `tracestate`, in their order.
    package init(parents: [String], states: [String]) {
        var random = TraceNumbers()
        self.init(parents: parents, states: states, using: &random)
    }

    init(parents: [String], states: [String], using random: inout some RandomNumberGenerator) {
        guard parents.count == 1, let caller = Self.parse(parents[0].utf8) else {
            self.init(using: &random)
            return
        }
        self.init(
            caller.high,
            caller.low,
            span: random.nextButZero(),
            parent: caller.span,
            isSampled: caller.isSampled,
            state: TraceState.combined(states)
        )
    }

    /// What is sent to others, so that what they do belongs to this.
    package var traceparent: String {
        String(unsafeUninitializedCapacity: 55) { text in
            var end = 0
            func add(_ byte: UInt8) {
                text.initializeElement(at: end, to: byte)
                end += 1
            }
            func add(_ number: UInt64, digits: Int) {
                for place in (0..<digits).reversed() {
                    let digit = UInt8(truncatingIfNeeded: number >> (4 * UInt64(place)) & 0xF)
                    add(digit + (digit < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10))
                }
            }
            add(0, digits: 2)
            add(UInt8(ascii: "-"))
            add(high, digits: 16)
            add(low, digits: 16)
            add(UInt8(ascii: "-"))
            add(span, digits: 16)
            add(UInt8(ascii: "-"))
            add(isSampled ? 1 : 0, digits: 2)
            return end
        }
    }
    /// 32 digits.
    package var traceID: String { Self.digits(high) + Self.digits(low) }
    /// 16 digits.
    package var spanID: String { Self.digits(span) }
    /// 16 digits; nil where the trace begins here.
    package var parentID: String? { parent.map(Self.digits) }

    /// What is sent with a request to another server.
    package var headers: [(name: String, value: String)] {
        [(name: "traceparent", value: traceparent)] + (state.isEmpty ? [] : [(name: "tracestate", value: state)])
    }

    // MARK: Keeping

    /// What is kept with work that is done later: the headers, one behind the other.
    package var text: String { state.isEmpty ? traceparent : "\(traceparent) \(state)" }

    /// Reads ``text``; nil for anything else. It stands for the same share of the trace, of which it is not known who
    /// caused it.
    package init?(kept text: String) {
        let parts = text.split(separator: " ", maxSplits: 1)
        guard let first = parts.first, let mine = Self.parse(first.utf8) else { return nil }
        let state = parts.count > 1 ? String(parts[1]) : ""
        self.init(mine.high, mine.low, span: mine.span, parent: nil, isSampled: mine.isSampled, state: state)
    }

    // MARK: Reading

    private struct Caller {
        var high: UInt64
        var low: UInt64
        var span: UInt64
        var isSampled: Bool
    }

    /// Reads `VERSION-TRACE-PARENT-FLAGS`; nil for anything else. Later versions may say more behind another dash.
    private static func parse(_ text: some Collection<UInt8>) -> Caller? {
        let bytes = Array(text)
        let dash = UInt8(ascii: "-")
        guard bytes.count >= 55, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash else { return nil }
        guard let version = number(bytes[0..<2]), version != 0xFF, let flags = number(bytes[53..<55]),
            let high = number(bytes[3..<19]), let low = number(bytes[19..<35]), let span = number(bytes[36..<52])
        else { return nil }
        guard bytes.count == 55 || (version != 0 && bytes[55] == dash) else { return nil }
        guard high != 0 || low != 0, span != 0 else { return nil }
        return Caller(high: high, low: low, span: span, isSampled: flags & 1 == 1)
    }

    /// Digits in small letters, as the protocol demands.
    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            switch digit {
            case 0x30...0x39: value = value << 4 | UInt64(digit - 0x30)
            case 0x61...0x66: value = value << 4 | UInt64(digit - 0x61 + 10)
            default: return nil
            }
        }
        return value
    }

    private static func digits(_ number: UInt64) -> String {
        withUnsafeBytes(of: number.bigEndian) { $0.hexadecimal }
    }
}

/// Numbers that no other process is likely to come by (SplitMix64, from a random beginning). They are no secrets, and the
/// system's own cost a call of the kernel each.
private struct TraceNumbers: RandomNumberGenerator {
    private static let state = Atomic<UInt64>(.random(in: 0...UInt64.max))

    mutating func next() -> UInt64 {
        var number = Self.state.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue
        number = (number ^ (number >> 30)) &* 0xBF58_476D_1CE4_E5B9
        number = (number ^ (number >> 27)) &* 0x94D0_49BB_1331_11EB
        return number ^ (number >> 31)
    }
}

extension RandomNumberGenerator {
    /// What the standard library has for this asks again and again where nothing but 0 comes.
    fileprivate mutating func nextButZero() -> UInt64 { Swift.max(next(), 1) }
}
