import Catalog
import Testing
import Values

@testable import HTTPServer

@Suite("Formats of earlier releases")
struct FormatTests {
    @Test(
        "a format is three numbers",
        arguments: ["", "1", "1.9", "1.9.1.0", "1.9.x", "v1.9.1", " 1.9.1", "1..1", "-1.9.1", "1.9.123456"]
    )
    func refuses(_ text: String) {
        #expect(FormatVersion(text) == nil)
    }

    @Test func formatsComeOneAfterAnother() throws {
        let sorted = ["0.15.3", "1.4.0", "1.8.1", "1.9.0", "1.9.1", "1.9.6", "1.10.0", "2.5.0"]
        let versions = try sorted.map { try #require(FormatVersion($0)) }
        #expect(versions.reversed().sorted().map(\.description) == sorted)
        #expect(FormatVersion.present.description == "1.9.6")
    }

    @Test("what several releases have renamed has the name that a client knows")
    func goesThroughAllReleases() throws {
        let operation = try #require(Catalog.embedded.operation("webhooks.create"))
        func filter(_ release: String, _ today: String, _ before: String) -> FormatFilter {
            FormatFilter(
                release: FormatVersion(release)!,
                operations: ["webhooks.create"],
                models: ["webhook": nil, "webhookList": "webhooks"],
                names: [(today, before)]
            )
        }
        let all = [filter("1.9.0", "name", "label"), filter("1.5.0", "label", "title")]
        for (format, name) in [("1.4.9", "title"), ("1.5.0", "label"), ("1.8.9", "label"), ("1.9.0", "name")] {
            let filters = FormatFilters(FormatVersion(format), among: all)
            let given = filters.arguments([name: "x", "url": "u"], of: operation)
            #expect(given == ["name": "x", "url": "u"], "\(format)")
            #expect(filters.answer(Array(#"{"name":"x"}"#.utf8), of: "webhook") == Array("{\"\(name)\":\"x\"}".utf8))
            let list = filters.answer(Array(#"{"total":1,"webhooks":[{"name":"x"}]}"#.utf8), of: "webhookList")
            #expect(String(decoding: list, as: UTF8.self) == "{\"total\":1,\"webhooks\":[{\"\(name)\":\"x\"}]}")
            let other = Array(#"{"name":9223372036854775807}"#.utf8)
            #expect(filters.answer(other, of: "team") == other)
        }
    }

    @Test("every filter is about operations and models that there are")
    func isAboutWhatThereIs() {
        let operations = Catalog.embedded.operations
        for filter in FormatFilter.all {
            #expect(filter.operations.subtracting(operations.map(\.id)).isEmpty)
            #expect(Set(filter.models.keys).subtracting(operations.map(\.model)).isEmpty)
        }
        #expect(FormatFilter.all.map(\.release) == FormatFilter.all.map(\.release).sorted(by: >))
    }

    private static let old = #"""
        {"webhookId":"w","name":"W","url":"https://example.com/in","events":["users.*.create"],"security":true,\#
        "httpUser":"me","httpPass":"hush","signatureKey":"12345678"}
        """#

    @Test(
        "webhooks before 1.9.1 are written and read under their earlier names",
        arguments: ["1.4.0", "1.8.0", "1.9.0"]
    )
    func knowsOldWebhooks(_ format: String) async throws {
        try await withFront { front in
            let scopes: JSON = ["webhooks.read", "webhooks.write"]
            let made = try await front.run("project.createKey", ["keyId": "w", "name": "W", "scopes": scopes])
            let key = "X-Appwrite-Key: \(made["secret"]?.string ?? "")"
            let fields = [key, "X-Appwrite-Response-Format: \(format)"]
            let webhook = try await front.send("POST", "/v1/webhooks", fields, Self.old)
            #expect(webhook?.status == 201)
            #expect(
                webhook?.json.object?.keys == [
                    "$id", "$createdAt", "$updatedAt", "name", "url", "events", "security", "httpUser", "httpPass",
                    "signatureKey", "enabled", "logs", "attempts",
                ]
            )
            #expect(webhook?.json["security"] == true)
            #expect(webhook?.json["httpUser"] == "me")
            #expect(webhook?.json["signatureKey"] == "12345678")
            let list = try await front.send("GET", "/v1/webhooks", fields)
            #expect(list?.json["webhooks"]?.array?.first?["httpPass"] == "hush")
            let renewed = try await front.send(
                "PATCH",
                "/v1/projects/default/webhooks/w/signature",
                fields,
                #"{"signatureKey":"abcdefgh"}"#
            )
            #expect(renewed?.json["signatureKey"] == "abcdefgh")
            let changed = try await front.send(
                "PUT",
                "/v1/webhooks/w",
                fields,
                #"{"name":"W","url":"https://example.com/in","events":["users.*.create"],"security":true,"tls":false}"#
            )
            // What is said in both ways is meant as today.
            #expect(changed?.json["security"] == false)
            for present in ["1.9.1", "1.9.6", "2.5.0", "nonsense"] {
                let answer = try await front.send(
                    "GET",
                    "/v1/webhooks/w",
                    [key, "X-Appwrite-Response-Format: \(present)"]
                )
                #expect(answer?.json["tls"] == false, "\(present)")
                #expect(answer?.json["security"] == nil)
                #expect((answer?.field("x-appwrite-warning") != nil) == (present == "2.5.0"))
            }
        }
    }
}
