import TestSupport
import Testing
import Values

@testable import HTTPServer

/// Bytes that nobody would send on purpose. Whatever they are, they are read or refused.
@Suite("Arguments of hostile bytes")
struct ArgumentFuzzTests {
    /// How long each test goes on.
    private static let budget = Duration.seconds(2)
    private static let pieces = [
        "a", "data", "[", "]", "[]", "[0]", "=", "&", "%", "%5B", "%5D", "%00", "%C3", "%A9", "+", "--b", "\r\n",
        "\r\n\r\n",
        "Content-Disposition: form-data; name=\"x\"", "; filename=\"f\\\"", ":", "--", "{", "}", "\"", "\\u0000", "é",
        "9223372036854775808", "-1", "true", "null", ",", "\u{0}",
    ]

    private func text(_ random: inout SplitMix64) -> String {
        (0..<Int.random(in: 0...40, using: &random)).map { _ in Self.pieces.randomElement(using: &random)! }.joined()
    }

    @Test("queries and forms")
    func forms() throws {
        var random = SplitMix64(seed: 7)
        let end = ContinuousClock.now + Self.budget
        var (read, refused) = (0, 0)
        while ContinuousClock.now < end {
            let text = text(&random)
            do throws(AppError) {
                let object = try FormText(encoded: text[...]).object
                // What was read can be written and read again.
                #expect(try! JSON(parsing: JSON.object(object).text) == .object(object), "\(text.debugDescription)")
                read += 1
            } catch {
                #expect(error.code == .generalArgumentInvalid)
                refused += 1
            }
        }
        #expect(read > 100 && refused > 100)
    }

    @Test("multipart bodies")
    func multipart() throws {
        var random = SplitMix64(seed: 11)
        let end = ContinuousClock.now + Self.budget
        var (read, refused) = (0, 0)
        while ContinuousClock.now < end {
            let head = "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n"
            let body = Bool.random(using: &random) ? head + text(&random) + "\r\n--b--" : text(&random)
            do throws(AppError) {
                for part in try Multipart(Array(body.utf8), boundary: "b").parts { #expect(!part.name.isEmpty) }
                read += 1
            } catch {
                #expect(error.code == .generalArgumentInvalid)
                refused += 1
            }
        }
        #expect(read > 100 && refused > 100)
    }

    @Test("whole requests: the server answers each or closes, and others are answered meanwhile")
    func requests() async throws {
        try await withFront { front in
            _ = try await front.makeTable()
            var random = SplitMix64(seed: 13)
            let end = ContinuousClock.now + Self.budget
            let targets = [
                "/v1/tablesdb/shop/tables/notes/rows", "/v1/account", "/v1/tablesdb/%zz", "/v1/%2e%2e/x", "*", "",
            ]
            let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "BREW"]
            let types = [
                "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "x",
                "multipart/form-data",
            ]
            var count = 0
            // A busy machine answers few requests in that time.
            while ContinuousClock.now < end || count < 20 {
                let body = text(&random)
                let target =
                    targets.randomElement(using: &random)! + (Bool.random(using: &random) ? "?" + query(&random) : "")
                let method = methods.randomElement(using: &random)!
                let request = TestFront.request(
                    method,
                    target,
                    ["Content-Type: \(types.randomElement(using: &random)!)", "Connection: close"],
                    body
                )
                let connection = RawConnection(port: front.port)
                connection.send(request)
                let answer = await connection.rest()
                connection.close()
                let first = String(decoding: (answer ?? []).prefix(13), as: UTF8.self)
                #expect(answer != nil && !first.hasPrefix("HTTP/1.1 5"), "\(request.debugDescription) \(first)")
                count += 1
            }
            #expect(try await front.send("GET", targets[0])?.status == 200)
        }
    }

    /// Text without what would end the line of a request.
    private func query(_ random: inout SplitMix64) -> String {
        text(&random).filter { $0.isASCII && !$0.isWhitespace && !$0.isNewline && $0 != "\u{0}" }
    }
}
