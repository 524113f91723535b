import Values

/// References to results of earlier steps: a whole string `$ref:<step>#<JSON pointer>`. `$$ref:…` is the text `$ref:…`.
///
/// They are found once, in what the caller wrote. What is put in their place is never read again, so stored text can't
/// become a reference.
enum References {
    private static let mark = "$ref:"
    private static let escapedMark = "$$ref:"

    /// Whether there is anything to replace.
    static func areIn(_ value: JSON) -> Bool {
        switch value {
        case .string(let text): text.utf8.first == UInt8(ascii: "$") && isMarked(text)
        case .array(let items): items.contains(where: areIn)
        case .object(let object): object.members.contains { areIn($0.value) }
        default: false
        }
    }

    private static func isMarked(_ text: String) -> Bool { text.hasPrefix(mark) || text.hasPrefix(escapedMark) }

    /// Checks that every reference names an earlier step and has a pointer.
    /// - Throws: 400 `reference_invalid`, with the place.
    static func check(_ arguments: JSONObject, earlier: [String], later: [String]) throws(AppError) {
        _ = try replaced(.object(arguments), "") { reference, place throws(AppError) in
            guard !earlier.contains(reference.step) else { return .null }
            throw AppError(
                .referenceInvalid,
                later.contains(reference.step)
                    ? "'\(reference.text)' refers to the step '\(reference.step)', which does not come before this one."
                    : "'\(reference.text)' refers to the step '\(reference.step)', which does not exist.",
                argument: "\(place)",
                hint: earlier.isEmpty
                    ? "Only results of earlier steps can be used, and this is the first one. Write $$ref: for the text."
                    : "Earlier steps are \(earlier.joined(separator: ", ")). Write $$ref: for the text."
            )
        }
    }

    /// The arguments with every reference replaced.
    /// - Parameter results: parses the result of an earlier step.
    /// - Throws: 400 `reference_invalid` for a pointer that finds nothing.
    static func resolved(
        _ arguments: JSONObject,
        _ results: (String) throws(AppError) -> JSON
    ) throws(AppError) -> JSONObject {
        let value = try replaced(.object(arguments), "") { reference, place throws(AppError) in
            let result = try results(reference.step)
            if let value = result[reference.pointer] { return value }
            let names = result.object?.keys ?? []
            throw AppError(
                .referenceInvalid,
                "'\(reference.text)' finds nothing in the result of the step '\(reference.step)'.",
                argument: "\(place)",
                hint: names.isEmpty
                    ? "That result has no members." : "That result has the members \(names.joined(separator: ", "))."
            )
        }
        return value.object!
    }

    /// The ids of the steps that arguments refer to.
    static func steps(_ arguments: JSONObject) throws(AppError) -> Set<String> {
        var steps: Set<String> = []
        _ = try replaced(.object(arguments), "") { reference, _ throws(AppError) in
            steps.insert(reference.step)
            return .null
        }
        return steps
    }

    private struct Reference {
        var text: String
        var step: String
        var pointer: JSONPointer
    }

    private static func replaced(
        _ value: JSON,
        _ place: String,
        _ replacement: (Reference, _ place: String) throws(AppError) -> JSON
    ) throws(AppError) -> JSON {
        switch value {
        case .string(let text):
            if text.hasPrefix(escapedMark) { return .string(String(text.dropFirst())) }
            guard text.hasPrefix(mark) else { return value }
            return try replacement(try parse(text, place), place)
        case .array(let items):
            var result: [JSON] = []
            result.reserveCapacity(items.count)
            for (index, item) in items.enumerated() {
                result.append(try replaced(item, "\(place)[\(index)]", replacement))
            }
            return .array(result)
        case .object(let object):
            var result = JSONObject()
            result.members.reserveCapacity(object.count)
            for (key, item) in object.members {
                let inner = place.isEmpty ? key : "\(place).\(key)"
                result.members.append((key, try replaced(item, inner, replacement)))
            }
            return .object(result)
        default: return value
        }
    }

    private static func parse(_ text: String, _ place: String) throws(AppError) -> Reference {
        let rest = text.dropFirst(mark.count)
        let form: Prose = "A reference is \"$ref:<step>#/json/pointer\", for example \"$ref:0#/$id\"."
        guard let hash = rest.firstIndex(of: "#"), hash > rest.startIndex else {
            throw AppError(
                .referenceInvalid,
                "'\(text)' is no reference: it must name a step and, after '#', a place in its result.",
                argument: "\(place)",
                hint: form
            )
        }
        do throws(JSONPointer.Malformed) {
            let pointer = try JSONPointer(parsing: rest[rest.index(after: hash)...])
            return Reference(text: text, step: String(rest[..<hash]), pointer: pointer)
        } catch {
            throw AppError(
                .referenceInvalid,
                "'\(text)' is no reference: \(error.reason).",
                argument: "\(place)",
                hint: form
            )
        }
    }
}
