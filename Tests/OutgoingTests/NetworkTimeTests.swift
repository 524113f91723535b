import NIOCore
import Testing
import Values

@testable import Outgoing

@Suite("What a time server says")
struct NetworkTimeTests {
    private static let mark: UInt64 = 0x0102_0304_0506_0708

    /// An answer of a good server at 2026-11-26T13:00:00.500Z.
    private static func answer(
        first: UInt8 = 0x24,
        stratum: UInt8 = 2,
        to mark: UInt64 = mark,
        sent: UInt64 = 0xEEB2_ABD0_8000_0000
    ) -> ByteBuffer {
        var buffer = ByteBuffer(bytes: [first, stratum] + [UInt8](repeating: 0, count: 22))
        buffer.writeInteger(mark)
        buffer.writeInteger(UInt64(7))
        buffer.writeInteger(sent)
        return buffer
    }

    @Test("Is asked for with a mark")
    func question() {
        let bytes = Array(NetworkTime.question(Self.mark).readableBytesView)
        #expect(bytes == [0x23] + [UInt8](repeating: 0, count: 39) + [1, 2, 3, 4, 5, 6, 7, 8])
    }

    @Test("Is a moment, also after the seconds have begun anew")
    func moment() {
        #expect(NetworkTime.moment(Self.answer(), to: Self.mark)?.text == "2026-11-26T13:00:00.500+00:00")
        let later = NetworkTime.moment(Self.answer(sent: 0x0000_0010_4000_0000), to: Self.mark)
        #expect(later?.text == "2036-02-07T06:28:32.250+00:00")
    }

    @Test(
        "Is nothing where it is no answer, or not to this",
        arguments: [
            answer(first: 0x23), answer(first: 0xE4), answer(stratum: 0), answer(stratum: 16), answer(to: mark + 1),
            answer(sent: 0), ByteBuffer(), answer().getSlice(at: 0, length: 47)!,
        ]
    )
    func refused(_ answer: ByteBuffer) { #expect(NetworkTime.moment(answer, to: Self.mark) == nil) }
}
