import Values

extension ParameterType {
    static func checkEmail(_ value: JSON, _ orEmpty: Bool) throws(Mismatch) {
        let text = try text(value)
        guard Formats.isEmail(text) || (orEmpty && text.isEmpty) else {
            throw Mismatch("must be an e-mail address", hint: "For example ann@example.org.")
        }
    }

    static func checkPhone(_ value: JSON, _ orEmpty: Bool) throws(Mismatch) {
        let text = try text(value)
        guard Formats.isPhone(text) || (orEmpty && text.isEmpty) else {
            throw Mismatch(
                "must be a phone number with its country code: + and at most 15 digits",
                hint: "For example +14155550123, without spaces."
            )
        }
    }

    static func checkURL(_ value: JSON, _ orEmpty: Bool) throws(Mismatch) {
        let text = try text(value)
        guard Formats.isURL(text) || (orEmpty && text.isEmpty) else {
            throw Mismatch("must be an absolute URL", hint: "For example https://example.org/welcome.")
        }
    }

    static func checkHostname(_ value: JSON, _ wildcards: Bool, _ orEmpty: Bool) throws(Mismatch) {
        let text = try text(value)
        if orEmpty && text.isEmpty || wildcards && text == "*" { return }
        let name = wildcards && text.hasPrefix("*.") ? String(text.dropFirst(2)) : text
        guard Formats.isHostname(name) else {
            let reason = "must be the name of a host, without scheme, port and path"
            guard let start = text.firstRange(of: "://")?.upperBound else {
                throw Mismatch(reason, hint: "For example app.example.org.")
            }
            let host = text[start...].prefix { !"/:?#".contains($0) }
            throw Mismatch(reason, hint: host.isEmpty ? nil : "Write '\(host)'.")
        }
    }

    static func checkLabel(_ value: JSON) throws(Mismatch) {
        let bytes = try text(value).utf8
        let isWell =
            (1...ID.maximumLength).contains(bytes.count)
            && bytes.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
            }
        guard isWell else { throw Mismatch("must be 1 to 36 of A-Z a-z 0-9") }
    }
}
