import Testing
import Values

@testable import Engine

@Suite("Clients by their user agent")
struct ClientDetailsTests {
    @Test(arguments: [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
            "WIN Windows 10 browser CH Chrome 131.0.0.0 Blink 131.0.0.0 desktop - -"
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.2903.51",
            "WIN Windows 10 browser PS Microsoft-Edge 131.0.2903.51 Blink 131.0.0.0 desktop - -"
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
            "LIN GNU/Linux - browser FF Firefox 132.0 Gecko 132.0 desktop - -"
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
            "MAC Mac 10.15.7 browser SF Safari 18.1 WebKit 605.1.15 desktop Apple -"
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
            "IOS iOS 18.1 browser SF Safari 18.1 WebKit 605.1.15 smartphone Apple iPhone"
        ),
        (
            "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.6778.39 Mobile Safari/537.36",
            "AND Android 14 browser CH Chrome 131.0.6778.39 Blink 131.0.6778.39 smartphone - -"
        ),
        ("curl/8.5.0", "- - - library - curl 8.5.0 - - - - -"),
        (
            "AppwritePythonSDK/27.0.0 (Linux-6.1; x86_64)",
            "LIN GNU/Linux - library - AppwritePythonSDK 27.0.0 - - desktop - -"
        ),
        ("", "- - - - - - - - - - - -"), ("gibberish", "- - - - - - - - - - - -"),
    ])
    func areToldByTheCommonMarks(_ userAgent: String, _ expected: String) {
        let json = ClientDetails(userAgent: userAgent).json
        let words = ClientDetails.fields.map { field -> String in
            let text = json[field]?.string ?? ""
            return text.isEmpty ? "-" : text.replacing(" ", with: "-")
        }
        #expect(words.joined(separator: " ") == expected)
    }
}
