import Testing
import Values

@testable import HTTPServer

@Suite("Arguments in queries and forms")
struct FormTextTests {
    @Test(
        "are read as PHP reads them",
        arguments: [
            ("a=1&b=two+words&c=%C3%A9", #"{"a":"1","b":"two words","c":"é"}"#),
            ("queries[0]=x&queries[1]=y", #"{"queries":["x","y"]}"#),
            ("queries[]=x&queries[]=y", #"{"queries":["x","y"]}"#),
            ("queries%5B0%5D=x", #"{"queries":["x"]}"#),
            ("data[title]=Tea&data[tags][]=a&data[tags][]=b", #"{"data":{"title":"Tea","tags":["a","b"]}}"#),
            ("a[]=x&a[k]=y&a[]=z", #"{"a":{"0":"x","k":"y","1":"z"}}"#),
            ("a[7]=x&a[]=y", #"{"a":["x","y"]}"#),
            ("a[0]=x&a[k]=y", #"{"a":{"0":"x","k":"y"}}"#),
            ("a=1&a=2", #"{"a":"2"}"#),
            ("a=1&a[b]=2", #"{"a":{"b":"2"}}"#),
            ("a", #"{"a":""}"#),
            ("&&a=1&", #"{"a":"1"}"#),
            ("a[b=1&[c]=2&d]=3", #"{"a[b":"1","[c]":"2","d]":"3"}"#),
            ("", "{}"),
        ]
    )
    func reads(_ text: String, _ json: String) throws {
        #expect(JSON.object(try FormText(encoded: text[...]).object).text == json)
    }

    @Test("are refused where an escape is broken or they are no UTF-8", arguments: ["a=%", "a=%4", "a=%zz", "%ff=1"])
    func refuses(_ text: String) {
        #expect(throws: AppError.self) { try FormText(encoded: text[...]) }
    }

    @Test("are bounded in number and depth")
    func isBounded() throws {
        let many = Array(repeating: "a[]=1", count: FormText.maximumCount).joined(separator: "&")
        #expect(try FormText(encoded: many[...]).object["a"]?.array?.count == FormText.maximumCount)
        #expect(throws: AppError.self) { try FormText(encoded: (many + "&a[]=1")[...]) }
        let deep = "a" + String(repeating: "[b]", count: FormText.maximumDepth - 1)
        #expect(throws: Never.self) { try FormText(encoded: "\(deep)=1") }
        #expect(throws: AppError.self) { try FormText(encoded: "\(deep)[b]=1") }
    }
}
