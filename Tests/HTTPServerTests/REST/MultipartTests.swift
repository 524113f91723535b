import Testing
import Values

@testable import HTTPServer

@Suite("Multipart bodies")
struct MultipartTests {
    @Test("parts are read with their names, whatever is in them")
    func readsParts() throws {
        let body = """
            preamble\r\n--b\r\nContent-Disposition: form-data; name="a"\r\n\r\none\r\n--x\r\n\
            --b\r\ncontent-disposition: form-data; filename="f.txt"; name="b[\\"c\\"]"\r\n\
            Content-Type: text/plain\r\n\r\n\r\n--b--\r\nepilogue
            """
        let parts = try Multipart(Array(body.utf8), boundary: "b").parts
        #expect(parts.map(\.name) == ["a", #"b["c"]"#])
        #expect(parts.map(\.fileName) == [nil, "f.txt"])
        #expect(parts.map { String(decoding: $0.content, as: UTF8.self) } == ["one\r\n--x", ""])
    }

    @Test(
        "what breaks the format is refused",
        arguments: [
            "", "--b", "--b\r\n", "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none",
            "--b\r\n\r\none\r\n--b--", "--bx\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--",
            "--b\r\nContent-Disposition: form-data; filename=\"a\"\r\n\r\n1\r\n--b--",
            "--b\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--b--",
        ]
    )
    func refuses(_ body: String) {
        #expect(throws: AppError.self) { try Multipart(Array(body.utf8), boundary: "b") }
    }

    @Test(
        "types of bodies are read from their header",
        arguments: [
            (nil, .json), ("application/json; charset=utf-8", .json), ("APPLICATION/JSON", .json),
            ("application/x-www-form-urlencoded", .form),
            ("multipart/form-data; boundary=xyz", .multipart(boundary: "xyz")),
            ("multipart/form-data; charset=utf-8; boundary=\"x y\"", .multipart(boundary: "x y")),
            ("multipart/form-data", .unknown("multipart/form-data")), ("text/xml", .unknown("text/xml")),
        ] as [(String?, ContentType)]
    )
    func readsTypes(_ header: String?, _ type: ContentType) {
        #expect(ContentType(header, begins: UInt8(ascii: "a")) == type)
    }
}
