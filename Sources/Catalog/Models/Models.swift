private import CCatalog
package import Values

/// What the answers of operations hold. Only what describes or checks answers needs it, so its file is parsed when that
/// is asked for.
package struct Models: Sendable {
    private let byName: [String: Model]

    /// The models of this program.
    ///
    /// They are embedded at build time, so malformed ones are a precondition failure that names the model.
    package static let embedded: Models = {
        let bytes = UnsafeBufferPointer(start: tandem_models_bytes(), count: tandem_models_length())
        do throws(JSONError) { return Models(try JSON(parsing: bytes)) } catch {
            preconditionFailure("models.json: \(error)")
        }
    }()

    /// Reads the models from the JSON value of their file, and adds those that are the same in other words.
    package init(_ json: JSON) {
        guard case .object(let object) = json else { preconditionFailure("models.json: must be an object") }
        var models: [String: Model] = [:]
        for (name, value) in object.members {
            precondition(models[name] == nil, "models.json, \(name): is declared twice")
            models[name] = Model(name, value, known: models)
        }
        for model in models.values {
            let twin = model.translated(into: .collections)
            // What is declared is not a translation: `index` is a model of ours as well as a word for one of columns.
            if twin.name != model.name, models[twin.name] == nil { models[twin.name] = twin }
        }
        for model in models.values {
            for name in model.models where models[name] == nil {
                preconditionFailure("models.json, \(model.name): there is no model '\(name)'")
            }
        }
        byName = models
    }

    package subscript(name: String) -> Model? { byName[name] }

    /// The names of all models, in the order of the alphabet.
    package var names: [String] { byName.keys.sorted() }
}
