/// What a body is, by its header.
enum ContentType: Equatable {
    case json
    case form
    case multipart(boundary: String)
    case unknown(String)

    /// A body whose sender does not say what it is counts as JSON, as does one that `curl -d` calls a form and that begins
    /// like an object.
    init(_ header: String?, begins first: UInt8?) {
        guard let header else {
            self = .json
            return
        }
        let parts = header.split(separator: ";", maxSplits: 1)
        let name = parts.first.map { Self.trimmed($0).lowercased() } ?? ""
        switch name {
        case "application/json", "text/json", "": self = .json
        case "application/x-www-form-urlencoded": self = first == UInt8(ascii: "{") ? .json : .form
        case "multipart/form-data":
            let boundary = parts.count == 2 ? Self.boundary(parts[1]) : nil
            self = boundary.map { .multipart(boundary: $0) } ?? .unknown(name)
        default: self = .unknown(name)
        }
    }

    private static func boundary(_ parameters: Substring) -> String? {
        for parameter in parameters.split(separator: ";") {
            let parts = parameter.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, trimmed(parts[0]).lowercased() == "boundary" else { continue }
            var value = trimmed(parts[1])
            if value.count >= 2, value.first == "\"", value.last == "\"" { value = value.dropFirst().dropLast() }
            // RFC 2046, section 5.1.1.
            return (1...70).contains(value.utf8.count) ? String(value) : nil
        }
        return nil
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
