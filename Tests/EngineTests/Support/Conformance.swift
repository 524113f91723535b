import Catalog
import Testing
import Values

@testable import Engine

/// Finds out whether answers are what `models.json` says of them.
struct Conformance {
    var models = Models.embedded

    /// Where an answer is not as its model, and how; nil when it is.
    func problem(_ answer: JSON, as model: String, at place: String = "") -> String? {
        guard let declared = models[model] else { return "there is no model '\(model)'" }
        switch declared.shape {
        case .value(let type): return problem(answer, as: type, at: place)
        case .object(let fields, let others):
            guard case .object(let object) = answer else { return mismatch(answer, "an object", place) }
            var missing = Set(fields.filter(\.isRequired).map(\.name))
            for (key, value) in object.members {
                missing.remove(key)
                let type = fields.first { $0.name == key }?.type ?? others
                guard let type else { return "\(place)/\(key) is not declared in '\(model)'" }
                if let problem = problem(value, as: type, at: "\(place)/\(key)") { return problem }
            }
            return missing.min().map { "\(place)/\($0) is missing" }
        }
    }

    private func problem(_ value: JSON, as type: ModelType, at place: String) -> String? {
        switch type {
        case .any: return nil
        case .model(let name): return problem(value, as: name, at: place)
        case .list(let item):
            guard case .array(let items) = value else { return mismatch(value, "an array", place) }
            return items.enumerated().lazy.compactMap { problem($1, as: item, at: "\(place)/\($0)") }.first
        case .map(let item):
            guard case .object(let object) = value else { return mismatch(value, "an object", place) }
            return object.members.lazy.compactMap { problem($0.value, as: item, at: "\(place)/\($0.key)") }.first
        case .either(let choices):
            let problems = choices.compactMap { problem(value, as: $0, at: place) }
            return problems.count < choices.count
                ? nil : "\(place) is none of them: \(problems.joined(separator: "; "))"
        default: return fits(value, type) ? nil : mismatch(value, "\(type)", place)
        }
    }

    private func fits(_ value: JSON, _ type: ModelType) -> Bool {
        switch (type, value) {
        case (.null, .null), (.boolean, .bool), (.integer, .int), (.string, .string), (.object, .object): true
        case (.number, .int), (.number, .double): true
        case (.datetime(let orEmpty), .string(let text)):
            text.isEmpty ? orEmpty : Timestamp(parsing: text) != nil && text.utf8.count == 29
        case (.words(let words), .string(let text)): words.contains(text)
        default: false
        }
    }

    /// Fails the test when the answer of an operation is not as its model.
    func check(_ answer: JSON, of operation: Operation) {
        guard operation.model != "none", let problem = problem(answer, as: operation.model) else { return }
        Issue.record("\(operation.id) does not answer '\(operation.model)': \(problem)")
    }

    /// The same for one that was asked for alone.
    func check(_ outcome: Outcome, of operation: Operation) throws(AppError) {
        guard case .result(let response) = outcome.content else { return }
        check(try response.value, of: operation)
    }

    private func mismatch(_ value: JSON, _ expected: String, _ place: String) -> String {
        "\(place.isEmpty ? "/" : place) is \(value.kindName), not \(expected)"
    }
}

extension TestEngine {
    /// Runs an operation and checks that its answer is what its model says.
    func answer(_ invocation: Invocation) async throws -> JSON {
        let answer = try JSON(parsing: try await engine.execute(invocation).encoded)
        Conformance().check(answer, of: try #require(engine.catalog.operation(invocation.operation)))
        return answer
    }
}
