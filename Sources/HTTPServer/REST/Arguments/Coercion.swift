import Catalog
import Values

extension Parameter {
    /// The value with texts that stand for something else as that: addresses and forms have nothing but texts, and
    /// clients write numbers and switches as texts in JSON too. What can't be read stays as it is, for the check of the
    /// arguments to refuse.
    func read(_ value: JSON) -> JSON { type.read(value) }
}

extension ParameterType {
    fileprivate func read(_ value: JSON) -> JSON {
        switch (self, value) {
        case (.integer, .string(let text)), (.bigint, .string(let text)): Int64(text).map { .int($0) } ?? value
        case (.number, .string(let text)), (.bignumber, .string(let text)): Self.number(text) ?? value
        case (.boolean, .string(let text)): Self.boolean(text) ?? value
        case (.boolean, .int(let number)): number == 1 ? true : number == 0 ? false : value
        // SDKs write `asc` for ASC and `recoverycode` for recoveryCode.
        case (.enumeration(let words), .string(let text)) where !words.contains(text):
            words.first { $0.lowercased() == text.lowercased() }.map { .string($0) } ?? value
        case (.array(let item, _), .array(let items)): .array(items.map { item.read($0) })
        case (.object(let members), .object(let object)) where !members.isEmpty:
            .object(
                JSONObject(
                    object.members.map { name, value in
                        (name, members.first { $0.name == name }?.read(value) ?? value)
                    }
                )
            )
        // What PHP makes of an empty object.
        case (.object, .array(let items)) where items.isEmpty: .object([:])
        default: value
        }
    }

    private static func number(_ text: String) -> JSON? {
        if let whole = Int64(text) { return .int(whole) }
        guard let first = text.utf8.first, first == 0x2D || (0x30...0x39).contains(first) else { return nil }
        return Double(text).flatMap { $0.isFinite ? .double($0) : nil }
    }

    private static func boolean(_ text: String) -> JSON? {
        switch text {
        case "true", "1": true
        case "false", "0": false
        default: nil
        }
    }
}
