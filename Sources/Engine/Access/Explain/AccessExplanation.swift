import Values

/// What stands before an operation for somebody: checks in order, up to the first that refuses.
struct AccessExplanation {
    /// What came of a check.
    enum Outcome {
        case passes(Prose)
        case refuses(AppError)
        /// It depends on what was left out.
        case depends(Prose)
    }

    private var checks: [(name: String, outcome: Outcome)] = []

    /// Whether nothing more has to be checked.
    var isDecided: Bool {
        switch checks.last?.outcome {
        case .refuses, .depends: true
        case .passes, nil: false
        }
    }

    mutating func add(_ name: String, _ outcome: Outcome) { checks.append((name, outcome)) }

    /// Adds a check that refuses by an error.
    /// - Returns: what it found; nil when it refuses.
    mutating func check<R>(_ name: String, _ body: () throws -> (R, Prose)) throws -> R? {
        do {
            let (found, rule) = try body()
            add(name, .passes(rule))
            return found
        } catch let error as AppError {
            add(name, .refuses(error))
            return nil
        }
    }

    /// The members of an answer: `allowed` is null where it depends on something that was left out.
    var json: JSONObject {
        var object: JSONObject = ["allowed": true]
        var list: [JSON] = []
        for (name, outcome) in checks {
            let (passes, rule): (JSON, String) =
                switch outcome {
                case .passes(let rule): (true, rule.string)
                case .refuses(let error): (false, error.message)
                case .depends(let rule): (nil, rule.string)
                }
            object["allowed"] = passes
            object["decidedBy"] = .string(name)
            object["rule"] = .string(rule)
            object["error"] = nil
            if case .refuses(let error) = outcome { object["error"] = error.json }
            list.append(["check": .string(name), "passes": passes, "rule": .string(rule)])
        }
        object["checks"] = .array(list)
        return object
    }
}
