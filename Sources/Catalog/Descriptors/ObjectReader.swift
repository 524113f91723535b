import Values

/// Reads the members of an object of the catalog.
///
/// The catalog is part of the program, so a malformed one is a precondition failure that names the place.
struct ObjectReader {
    let object: JSONObject
    /// What is being read, for the failure: the id of an operation, or the name of a section.
    let subject: String

    init(_ object: JSONObject, of subject: String) {
        self.object = object
        self.subject = object["id"]?.string ?? subject
    }

    func fail(_ reason: String) -> Never {
        preconditionFailure("catalog.json, \(subject): \(reason)")
    }

    func string(_ key: String) -> String {
        guard let value = optionalString(key) else { fail("'\(key)' is missing") }
        return value
    }

    func optionalString(_ key: String) -> String? {
        switch object[key] {
        case nil, .null?: return nil
        case .string(let value)?: return value
        default: fail("'\(key)' must be a string")
        }
    }

    func integer(_ key: String) -> Int {
        guard let value = optionalInteger(key) else { fail("'\(key)' is missing") }
        return Int(value)
    }

    func optionalInteger(_ key: String) -> Int64? {
        switch object[key] {
        case nil, .null?: return nil
        case .int(let value)?: return value
        default: fail("'\(key)' must be an integer")
        }
    }

    /// A boolean that is false where it is left out.
    func flag(_ key: String) -> Bool {
        switch object[key] {
        case nil: return false
        case .bool(let value)?: return value
        default: fail("'\(key)' must be a boolean")
        }
    }

    func array(_ key: String) -> [JSON] {
        switch object[key] {
        case nil: return []
        case .array(let items)?: return items
        default: fail("'\(key)' must be an array")
        }
    }

    func strings(_ key: String) -> [String] {
        guard let strings = JSON.array(array(key)).strings else { fail("'\(key)' must hold strings") }
        return strings
    }

    func optionalObject(_ key: String) -> ObjectReader? {
        switch object[key] {
        case nil: return nil
        case .object(let object)?: return ObjectReader(object, of: subject)
        default: fail("'\(key)' must be an object")
        }
    }

    func objects(_ key: String) -> [ObjectReader] {
        array(key).map { item in
            guard case .object(let object) = item else { fail("'\(key)' must hold objects") }
            return ObjectReader(object, of: subject)
        }
    }

    /// The members of an object that holds objects, in order.
    func section(_ key: String) -> [(name: String, reader: ObjectReader)] {
        guard case .object(let section)? = object[key] else { fail("'\(key)' must be an object") }
        return section.members.map { name, value in
            guard case .object(let object) = value else { fail("'\(key).\(name)' must be an object") }
            return (name, ObjectReader(object, of: "\(key).\(name)"))
        }
    }

    func word<Word: RawRepresentable>(_ key: String) -> Word where Word.RawValue == String {
        guard let word: Word = optionalWord(key) else { fail("'\(key)' is missing") }
        return word
    }

    func optionalWord<Word: RawRepresentable>(_ key: String) -> Word? where Word.RawValue == String {
        guard let text = optionalString(key) else { return nil }
        guard let word = Word(rawValue: text) else { fail("'\(key)' can't be '\(text)'") }
        return word
    }
}
