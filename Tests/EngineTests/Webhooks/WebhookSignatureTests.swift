import Testing
import Values

@testable import Engine

@Suite("Signatures of webhooks")
struct WebhookSignatureTests {
    private static let secret = "0123456789abcdef0123456789abcdef"
    private static let url = "https://hooks.example.com/in?a=1"
    private static let row: JSON = [
        "$id": "row1", "$tableId": "t1", "$databaseId": "db1", "title": "Zo\u{EB} a/b", "n": 1.5, "tags": [],
        "$createdAt": "2026-04-17T09:00:00.000+00:00",
    ]

    @Test func areThoseOfTheReference() {
        let body = EscapedJSON.encode(Self.row)
        #expect(
            String(decoding: body, as: UTF8.self)
                == #"{"$id":"row1","$tableId":"t1","$databaseId":"db1","title":"Zo\u00eb a\/b","n":1.5,"tags":[],"#
                + #""$createdAt":"2026-04-17T09:00:00.000+00:00"}"#
        )
        #expect(Self.url.utf8.count + body.count == 169)
        #expect(WebhookSignature.plain(body, to: Self.url, secret: Self.secret) == "s5QaXsiD8MBOiVfHeY6Xz03fc9M=")
    }

    /// Computed with openssl: printf d1.1795334400.{} piped into openssl dgst -sha256 -hmac SECRET -binary.
    @Test func areThoseOfStandardWebhooks() {
        let signature = WebhookSignature.standard(
            Array("{}".utf8),
            id: "d1",
            timestamp: "1795334400",
            secret: Self.secret
        )
        #expect(signature == "v1,DasP6BGuuXfb7MFoXpQvplFiba886Dtpy1m3plLNUH8=")
    }

    @Test(arguments: Backend.available)
    func areCheckedByAnOperation(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, _ in
            try await engine.makeWebhook(url: Self.url)
            func verify(_ more: JSONObject) async throws -> JSON {
                try await engine.call("webhooks.verifySignature", JSONObject([("webhookId", "hook")] + more.members))
            }
            let body = EscapedJSON.encode(Self.row)
            let text = JSON.string(String(decoding: body, as: UTF8.self))
            let signature = WebhookSignature.plain(body, to: Self.url, secret: "s3cr3t-of-hook")
            #expect(
                try await verify(["body": text, "signature": .string(signature)])
                    == ["valid": true, "scheme": "appwrite"]
            )
            let rewritten = try await verify(["body": .string(Self.row.text), "signature": .string(signature)])
            #expect(rewritten["valid"] == false)
            #expect(rewritten["reason"] == "The body was written anew; sign its bytes as they came in.")
            let elsewhere: JSONObject = ["body": text, "signature": .string(signature), "url": "https://b.example.com"]
            #expect(try await verify(elsewhere)["valid"] == false)
            let standard = WebhookSignature.standard(body, id: "m", timestamp: "5", secret: "s3cr3t-of-hook")
            var signed: JSONObject = [
                "body": text, "signature": .string("v1,AAAA \(standard)"), "messageId": "m", "timestamp": 5,
            ]
            #expect(try await verify(signed) == ["valid": true, "scheme": "standard"])
            signed["timestamp"] = 6
            #expect(try await verify(signed)["valid"] == false)
        }
    }
}
