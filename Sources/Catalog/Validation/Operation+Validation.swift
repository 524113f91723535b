package import Values

extension Operation {
    /// Checks arguments against the declaration, and returns them in declared order and with defaults filled in, under
    /// the names by which the engine knows them.
    ///
    /// Names are accepted in camelCase and snake_case. Null counts as left out unless the parameter is nullable. What
    /// is inside an object argument such as `data` is not touched.
    ///
    /// - Throws: `general_argument_invalid` naming the argument, what was wrong, and what would be right.
    package func validate(_ arguments: JSONObject) throws(AppError) -> JSONObject {
        let given = arguments.members
        var result = JSONObject()
        result.members.reserveCapacity(parameters.count)
        var used = 0
        // Arguments mostly come in declared order, so the search starts behind the last one found.
        var next = 0
        var lacksRequired = false
        for parameter in parameters {
            guard let index = Self.index(of: parameter.name, in: given, from: next) else {
                if let value = parameter.defaultValue { result.members.append((parameter.key, value)) }
                if parameter.isRequired { lacksRequired = true }
                continue
            }
            next = index + 1
            used += 1
            let value = given[index].value
            if value.isNull, !parameter.isNullable {
                if let value = parameter.defaultValue { result.members.append((parameter.key, value)) }
                if parameter.isRequired { lacksRequired = true }
                continue
            }
            do throws(Mismatch) {
                result.members.append((parameter.key, try parameter.checked(value)))
            } catch {
                throw invalid(parameter, error)
            }
        }
        if used < given.count { return try validate(try canonical(arguments)) }
        if lacksRequired { throw missing(in: arguments) }
        return result
    }

    private static func index(of name: String, in members: [JSONObject.Member], from start: Int) -> Int? {
        if start < members.count, members[start].key == name { return start }
        return members.firstIndex { $0.key == name }
    }

    /// The same arguments under their declared names.
    private func canonical(_ arguments: JSONObject) throws(AppError) -> JSONObject {
        var result = JSONObject()
        var spelled: [String: String] = [:]
        for (key, value) in arguments.members {
            let folded = Spelling.folded(key)
            guard let parameter = parameters.first(where: { Spelling.folded($0.name) == folded }) else {
                throw unknown(key)
            }
            if let other = spelled.updateValue(key, forKey: parameter.name) {
                throw AppError(
                    .generalArgumentInvalid,
                    "'\(other)' and '\(key)' are the same argument of \(id), given twice.",
                    argument: "\(parameter.name)",
                    hint: "Give '\(parameter.name)' once."
                )
            }
            result.members.append((parameter.name, value))
        }
        return result
    }

    private func unknown(_ key: String) -> AppError {
        let names = parameters.map(\.name)
        let near = Spelling.suggestions(for: key, among: names)
        let hint: Prose
        if names.isEmpty {
            hint = "It takes no arguments."
        } else if near.isEmpty {
            hint = "It takes \(signature)."
        } else {
            hint = "Did you mean \(near.map { "'\($0)'" }.joined(separator: " or "))?"
        }
        return AppError(.generalArgumentInvalid, "\(id) has no argument '\(key)'.", argument: "\(key)", hint: hint)
    }

    private func missing(in arguments: JSONObject) -> AppError {
        let names = parameters.filter { parameter in
            guard parameter.isRequired else { return false }
            guard let value = arguments[parameter.name] else { return true }
            return value.isNull && !parameter.isNullable
        }.map(\.name)
        let list = names.map { "'\($0)'" }.joined(separator: ", ")
        let message: Prose = names.count == 1 ? "\(list) is required." : "\(list) are required."
        return AppError(.generalArgumentInvalid, message, argument: "\(names[0])", hint: "Call \(signature).")
    }

    private func invalid(_ parameter: Parameter, _ mismatch: Mismatch) -> AppError {
        let argument = parameter.name + mismatch.path
        return AppError(
            .generalArgumentInvalid,
            "'\(argument)' \(mismatch.reason).",
            argument: "\(argument)",
            hint: Prose(quoting: mismatch.hint ?? parameter.description)
        )
    }
}
