import Values

/// What the header `User-Agent` says of device, system and program, as far as the common ones are concerned.
///
/// Codes and names are those that Appwrite's answers have; what is not recognised is an empty text.
struct ClientDetails: Sendable, Equatable {
    var osCode = ""
    var osName = ""
    var osVersion = ""
    var clientType = ""
    var clientCode = ""
    var clientName = ""
    var clientVersion = ""
    var clientEngine = ""
    var clientEngineVersion = ""
    var deviceName = ""
    var deviceBrand = ""
    var deviceModel = ""

    /// The members of ``json``, in the order of the answer.
    static let fields = [
        "osCode", "osName", "osVersion", "clientType", "clientCode", "clientName", "clientVersion", "clientEngine",
        "clientEngineVersion", "deviceName", "deviceBrand", "deviceModel",
    ]

    var json: JSON {
        let values = [
            osCode, osName, osVersion, clientType, clientCode, clientName, clientVersion, clientEngine,
            clientEngineVersion, deviceName, deviceBrand, deviceModel,
        ]
        return .object(JSONObject(zip(Self.fields, values).map { ($0, .string($1)) }))
    }

    /// A program by the word before its version. The first one that is found counts, because most pretend to be others.
    private struct Program {
        let mark: String
        let code: String
        let name: String
        /// The word before the version of its engine, and the engine's name.
        let engine: (mark: String, name: String)?
    }

    private static let blink = (mark: "Chrome/", name: "Blink")
    private static let webKit = (mark: "AppleWebKit/", name: "WebKit")
    private static let browsers = [
        Program(mark: "Edg/", code: "PS", name: "Microsoft Edge", engine: blink),
        Program(mark: "OPR/", code: "OP", name: "Opera", engine: blink),
        Program(mark: "SamsungBrowser/", code: "SB", name: "Samsung Browser", engine: blink),
        Program(mark: "CriOS/", code: "CI", name: "Chrome Mobile iOS", engine: webKit),
        Program(mark: "FxiOS/", code: "F1", name: "Firefox Mobile iOS", engine: webKit),
        Program(mark: "Firefox/", code: "FF", name: "Firefox", engine: (mark: "rv:", name: "Gecko")),
        Program(mark: "Chrome/", code: "CH", name: "Chrome", engine: blink),
        Program(mark: "Version/", code: "SF", name: "Safari", engine: webKit),
    ]

    init(userAgent text: String) {
        readSystem(text)
        for browser in Self.browsers {
            guard let version = Self.version(after: browser.mark, in: text) else { continue }
            clientType = "browser"
            (clientCode, clientName, clientVersion) = (browser.code, browser.name, version)
            if let engine = browser.engine, let version = Self.version(after: engine.mark, in: text) {
                (clientEngine, clientEngineVersion) = (engine.name, version)
            }
            return
        }
        // What is no browser calls itself by a name and a version: `curl/8.5.0`, `AppwritePythonSDK/27.0.0 (…)`.
        let parts = text.prefix { $0 != " " }.split(separator: "/", maxSplits: 1)
        guard parts.count == 2 else { return }
        (clientType, clientName, clientVersion) = ("library", String(parts[0]), String(parts[1]))
    }

    private mutating func readSystem(_ text: String) {
        func system(_ code: String, _ name: String, _ version: String?, _ device: String, _ brand: String = "") {
            (osCode, osName, osVersion, deviceName) = (code, name, version ?? "", device)
            deviceBrand = brand
        }
        func has(_ word: String) -> Bool { text.contains(word) }
        if has("iPad") {
            system("IOS", "iOS", Self.version(after: "CPU OS ", in: text), "tablet", "Apple")
            deviceModel = "iPad"
        } else if has("iPhone") {
            system("IOS", "iOS", Self.version(after: "iPhone OS ", in: text), "smartphone", "Apple")
            deviceModel = "iPhone"
        } else if has("Android") {
            system("AND", "Android", Self.version(after: "Android ", in: text), has("Mobile") ? "smartphone" : "tablet")
        } else if has("Windows NT") {
            let version = Self.version(after: "Windows NT ", in: text)
            system("WIN", "Windows", version == "10.0" ? "10" : version, "desktop")
        } else if has("Macintosh") {
            system("MAC", "Mac", Self.version(after: "Mac OS X ", in: text), "desktop", "Apple")
        } else if has("Linux") {
            system("LIN", "GNU/Linux", nil, "desktop")
        }
    }

    /// The digits with dots or underscores behind a word; nil where the word is missing.
    private static func version(after mark: String, in text: String) -> String? {
        guard let range = text.firstRange(of: mark) else { return nil }
        let digits = text[range.upperBound...].prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "_") }
        return String(digits.map { $0 == "_" ? "." : $0 })
    }
}
