import Testing
import Values

@testable import Engine

@Suite("Codes of authenticator apps")
struct TOTPTests {
    private let totp = TOTP(secret: Array("12345678901234567890".utf8))

    /// The examples of RFC 6238 for SHA-1, of which the last six digits are ours.
    @Test(
        arguments: [
            (59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"),
            (2_000_000_000, "279037"), (20_000_000_000, "353130"),
        ] as [(Int64, String)]
    )
    func areThoseOfTheStandard(_ seconds: Int64, _ code: String) {
        let moment = Timestamp(milliseconds: seconds * 1000)
        #expect(totp.code(at: TOTP.step(at: moment)) == code)
        #expect(totp.step(of: code, at: moment, after: 0) == seconds / 30)
    }

    @Test func countForTheirPeriodAndThoseBesideIt() {
        let code = totp.code(at: 100)
        func isTaken(at seconds: Int64) -> Bool {
            totp.step(of: code, at: Timestamp(milliseconds: seconds * 1000), after: 0) != nil
        }
        #expect(!isTaken(at: 2969))
        #expect(isTaken(at: 2970))
        #expect(isTaken(at: 3000))
        #expect(isTaken(at: 3059))
        #expect(!isTaken(at: 3060))
    }

    @Test func countOnce() {
        let now = Timestamp(milliseconds: 3_000_000)
        #expect(totp.step(of: totp.code(at: 100), at: now, after: 99) == 100)
        #expect(totp.step(of: totp.code(at: 100), at: now, after: 100) == nil)
        #expect(totp.step(of: totp.code(at: 99), at: now, after: 100) == nil)
        #expect(totp.step(of: totp.code(at: 101), at: now, after: 100) == 101)
    }

    @Test func haveAnAddressForTheApp() {
        #expect(
            totp.address(account: "ann@example.org", issuer: "my shop")
                == "otpauth://totp/my%20shop:ann%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=my%20shop"
        )
        #expect(TOTP.make().secret.count == 20)
    }
}
