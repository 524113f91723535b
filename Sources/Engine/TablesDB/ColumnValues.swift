import Storage
import Values

extension Column {
    /// Why a value does not fit; the message of an error is made of it.
    struct Misfit: Error {
        /// The position in an array column.
        var item: Int?
        /// The place inside of the value, such as `[0][3]`.
        var place = ""
        /// What would be right, to follow "must be".
        var rule: String
    }

    /// The value in the form in which it is stored and returned.
    /// - Throws: ``Misfit``.
    func normalized(_ value: JSON) throws(Misfit) -> JSON {
        if value.isNull { return .null }
        guard isArray else { return try item(value) }
        guard case .array(let items) = value else { throw Misfit(rule: "an array of values, each \(rule)") }
        guard items.count <= Self.maximumItems else { throw Misfit(rule: "an array of at most 10000 values") }
        var result: [JSON] = []
        result.reserveCapacity(items.count)
        for (index, value) in items.enumerated() {
            do throws(Misfit) { result.append(try item(value)) } catch { throw Misfit(item: index, rule: rule) }
        }
        return .array(result)
    }

    /// How many values an array may have.
    static let maximumItems = 10_000

    private func item(_ value: JSON) throws(Misfit) -> JSON {
        switch (type.kind, value) {
        case (.geometry, _): return try shape(value)
        case (.text, .string(let text)):
            if fits(text) { return value }
        case (.integer, .int(let number)):
            if inRange(number) { return value }
        case (.integer, .string(let digits)) where type == .bigint:
            if let number = Int64(digits), inRange(number) { return .int(number) }
        case (.double, .int(let number)):
            if inRange(Double(number)) { return .double(Double(number)) }
        case (.double, .double(let number)):
            // No sign of a zero, which not every store keeps.
            if inRange(number) { return .double(number == 0 ? 0 : number) }
        case (.boolean, .bool): return value
        case (.datetime, .string(let text)):
            if let moment = Timestamp(parsing: text) { return .string(moment.text) }
        default: break
        }
        throw Misfit(rule: rule)
    }

    private func shape(_ value: JSON) throws(Misfit) -> JSON {
        do throws(Geometry.Fault) {
            return try Geometry(value, as: Geometry.Kind(rawValue: type.rawValue)).coordinates
        } catch { throw Misfit(place: error.place, rule: error.rule) }
    }

    private func fits(_ text: String) -> Bool {
        guard !text.utf8.contains(0) else { return false }
        switch type {
        case .string, .varchar: return text.utf8.count <= size! || text.unicodeScalars.count <= size!
        case .text: return text.utf8.count <= 65_535
        case .mediumtext: return text.utf8.count <= 16_777_215
        case .email: return Formats.isEmail(text)
        case .url: return text.utf8.count <= 2000 && Formats.isURL(text)
        case .ip: return Formats.isIP(text)
        case .enum: return elements.contains(text)
        default: return true
        }
    }

    private func inRange(_ number: Int64) -> Bool {
        number >= minimum.int ?? .min && number <= maximum.int ?? .max
    }

    private func inRange(_ number: Double) -> Bool {
        number >= minimum.number ?? -.infinity && number <= maximum.number ?? .infinity
    }

    /// What a value must be, to follow "must be".
    var rule: String {
        switch type {
        case .string, .varchar: "a string of at most \(size ?? 0) characters"
        case .text: "a string of at most 65535 bytes"
        case .mediumtext: "a string of at most 16777215 bytes"
        case .longtext: "a string without the character U+0000"
        case .email: "an e-mail address"
        case .url: "an absolute URL such as \"https://example.com/page\""
        case .ip: "an IPv4 or IPv6 address"
        case .enum: "one of " + elements.map { "\"\($0)\"" }.joined(separator: ", ")
        case .integer: "an integer" + range
        case .bigint: "a 64-bit integer, or a string of its digits" + range
        case .float: "a number" + range
        case .boolean: "true or false"
        case .relationship: "the id of a related row"
        case .point: "a point [longitude, latitude]"
        case .line: "a list of at least 2 points [longitude, latitude]"
        case .polygon: "a list of rings, each a list of at least 4 points [longitude, latitude]"
        case .datetime: "an ISO 8601 date-time such as \"2026-11-22T08:15:00.000+00:00\""
        }
    }

    private var range: String {
        switch (minimum.isNull, maximum.isNull) {
        case (true, true): ""
        case (false, true): " of at least \(minimum.text)"
        case (true, false): " of at most \(maximum.text)"
        case (false, false): " from \(minimum.text) to \(maximum.text)"
        }
    }
}
