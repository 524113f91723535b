import Testing
import Values

@Suite("Hexadecimal digits")
struct HexadecimalTests {
    @Test func everyByteHasTwo() {
        #expect(([0, 1, 15, 16, 171, 255] as [UInt8]).hexadecimal == "00010f10abff")
        #expect(([] as [UInt8]).hexadecimal == "")
    }
}
