import Testing
import Values

@testable import HTTPServer

@Suite("REST over HTTP")
struct RESTTests {
    private static let rows = "/v1/tablesdb/shop/tables/notes/rows"

    @Test("a row goes its way: made, read, listed, changed, deleted")
    func runsOperations() async throws {
        try await withFront { front in
            let key = "X-Appwrite-Key: \(try await front.makeTable())"
            let row = #"{"rowId":"r1","data":{"title":"Tea","rank":9223372036854775807}}"#
            let made = try await front.send("POST", Self.rows, [key], row)
            #expect(made?.status == 201)
            #expect(made?.field("content-type") == "application/json")
            #expect(made?.text.contains(#""rank":9223372036854775807"#) == true)
            let read = try await front.send("GET", Self.rows + "/r1", [key])
            #expect(read?.body == made?.body)
            let changed = try await front.send("PATCH", Self.rows + "/r1", [key], #"{"data":{"done":true}}"#)
            #expect(changed?.json["done"] == true)
            let query = #"queries[0]={"method":"equal","attribute":"title","values":["Tea"]}&total=false"#
                .replacing("\"", with: "%22")
            let list = try await front.send("GET", "\(Self.rows)?\(query)", [key])
            #expect(list?.json["rows"]?.array?.count == 1)
            #expect(list?.json["total"] == 0)
            let deleted = try await front.send("DELETE", Self.rows + "/r1", [key])
            #expect(deleted?.status == 204)
            #expect(deleted?.field("content-length") == nil)
            let missing = try await front.send("GET", Self.rows + "/r1", [key])
            #expect(missing?.status == 404)
            #expect(missing?.json["type"] == "row_not_found")
            #expect(missing?.json["code"] == 404)
            #expect(missing?.json.object?.keys == ["message", "code", "type", "version"])
        }
    }

    @Test("several rows in one body are the bulk form of the same route")
    func choosesByBody() async throws {
        try await withFront { front in
            let key = "X-Appwrite-Key: \(try await front.makeTable())"
            let answer = try await front.send("POST", Self.rows, [key], #"{"rows":[{"$id":"a"},{"$id":"b"}]}"#)
            #expect(answer?.json["rows"]?.array?.map { $0["$id"] } == ["a", "b"])
        }
    }

    @Test("arguments come as a form or in parts too, and switches and numbers as texts")
    func readsForms() async throws {
        try await withFront { front in
            _ = try await front.makeTable()
            let form = try await front.send(
                "POST",
                Self.rows,
                ["Content-Type: application/x-www-form-urlencoded"],
                "rowId=f&data[title]=Two+words&data[tags][]=a&data[tags][]=b&unheard=of"
            )
            #expect(form?.json["tags"] == ["a", "b"])
            let parts = try await front.send(
                "POST",
                Self.rows,
                ["Content-Type: multipart/form-data; boundary=b"],
                "--b\r\nContent-Disposition: form-data; name=\"rowId\"\r\n\r\nm\r\n"
                    + "--b\r\nContent-Disposition: form-data; name=\"data\"\r\n\r\n{\"title\":\"T\"}\r\n--b--\r\n"
            )
            #expect(parts?.status == 201)
            let total = try await front.send("GET", "\(Self.rows)?total=0&ttl=30")
            #expect(total?.json["total"] == 0)
            #expect(total?.field("x-appwrite-cache") == "miss")
            #expect(total?.field("x-appwrite-cache-hit") == "false")
            let again = try await front.send("GET", "\(Self.rows)?total=0", ["X-Appwrite-Cache-TTL: 30"])
            #expect(again?.field("x-appwrite-cache-hit") == "true")
        }
    }

    @Test(
        "a body that can't be read is refused and changes nothing",
        arguments: [
            ("application/json", #"{"rowId":"x""#, 400, "general_argument_invalid"),
            ("application/json", "[1]", 400, "general_argument_invalid"),
            ("application/json", "{\"rowId\":\"\u{FFFD}", 400, "general_argument_invalid"),
            ("application/x-www-form-urlencoded", "rowId=%zz", 400, "general_argument_invalid"),
            ("multipart/form-data; boundary=b", "--b", 400, "general_argument_invalid"),
            ("text/xml", "<a/>", 400, "general_bad_request"),
        ]
    )
    func refusesBodies(_ type: String, _ body: String, _ status: Int, _ error: String) async throws {
        try await withFront { front in
            _ = try await front.makeTable()
            let answer = try await front.send("POST", Self.rows, ["Content-Type: \(type)"], body)
            #expect(answer?.status == status)
            #expect(answer?.json["type"]?.string == error)
            #expect(try await front.send("GET", Self.rows)?.json["total"] == 0)
        }
    }

    @Test("bytes that are no UTF-8 are refused in bodies, whatever their type")
    func refusesOtherBytes() async throws {
        try await withFront { front in
            _ = try await front.makeTable()
            let part = "--b\r\nContent-Disposition: form-data; name=\"rowId\"\r\n\r\n"
            let bodies: [(type: String, before: String, after: String)] = [
                ("application/json", #"{"rowId":"x"#, #"","data":{}}"#),
                ("application/x-www-form-urlencoded", "rowId=x", "&data={}"),
                ("multipart/form-data; boundary=b", part, "\r\n--b--\r\n"),
            ]
            for (type, before, after) in bodies {
                let body = Array(before.utf8) + [0xC3, 0x28] + Array(after.utf8)
                let connection = RawConnection(port: front.port)
                defer { connection.close() }
                connection.send(
                    "POST \(Self.rows) HTTP/1.1\r\nHost: x\r\nX-Appwrite-Project: default\r\nContent-Type: \(type)\r\n"
                        + "Content-Length: \(body.count)\r\n\r\n"
                )
                connection.send(body)
                let answer = await connection.answer()
                #expect(answer?.status == 400, "\(type)")
                #expect(answer?.json["type"] == "general_argument_invalid", "\(type)")
            }
            #expect(try await front.send("GET", Self.rows)?.json["total"] == 0)
        }
    }

    @Test("a body that is too long or compressed is refused before it is read")
    func refusesLongBodies() async throws {
        var limits = HTTPLimits()
        limits.bodyBytes = 1000
        try await withFront(limits: limits) { front in
            _ = try await front.makeTable()
            let long = #"{"rowId":"x","data":{"title":"\#(String(repeating: "x", count: 1000))"}}"#
            #expect(try await front.send("POST", Self.rows, [], long)?.status == 413)
            let packed = try await front.send("POST", Self.rows, ["Content-Encoding: gzip"], "{}")
            #expect(packed?.status == 415)
            let connection = RawConnection(port: front.port)
            defer { connection.close() }
            connection.send(
                "POST \(Self.rows) HTTP/1.1\r\nHost: x\r\nX-Appwrite-Project: default\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n"
            )
            for _ in 0..<20 { connection.send("64\r\n\(String(repeating: "y", count: 100))\r\n") }
            #expect(await connection.answer()?.status == 413)
        }
    }

    @Test("requests over one connection are answered in their order")
    func pipelines() async throws {
        try await withFront { front in
            _ = try await front.makeTable()
            let connection = RawConnection(port: front.port)
            defer { connection.close() }
            let bodies = (0..<20).map { #"{"rowId":"p\#($0)","data":{"title":"T"}}"# }
            connection.send(bodies.map { TestFront.request("POST", Self.rows, [], $0) }.joined())
            for index in 0..<20 { #expect(await connection.answer()?.json["$id"]?.string == "p\(index)") }
        }
    }

    @Test("what is not there is said in the way of the contract")
    func saysWhatIsMissing() async throws {
        try await withFront { front in
            let nowhere = try await front.send("GET", "/v1/nothing")
            #expect(nowhere?.status == 404)
            #expect(nowhere?.json["type"] == "general_route_not_found")
            let strange = try await front.send("GET", "/v1/account", ["X-Appwrite-Project: other"])
            #expect(strange?.json["type"] == "project_not_found")
            let none = try await front.send("GET", "/v1/account", ["X-Appwrite-Project:"])
            #expect(none?.status == 403)
            #expect(none?.json["type"] == "project_id_missing")
            let byQuery = try await front.send("GET", "/v1/account?project=default", ["X-Appwrite-Project:"])
            #expect(byQuery?.json["type"] == "general_unauthorized_scope")
            #expect(try await front.send("GET", "/v1/ping")?.text == "Pong!")
            let head = try await front.send("HEAD", "/v1/nothing")
            #expect(head?.status == 404)
        }
    }
}
