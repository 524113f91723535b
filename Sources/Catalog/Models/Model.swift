import Values

/// What an answer holds, as `models.json` declares it.
package struct Model: Sendable, Equatable {
    /// A member of an answer.
    package struct Field: Sendable, Equatable {
        package let name: String
        package let type: ModelType
        /// Whether every answer has it.
        package let isRequired: Bool
    }

    /// What an answer is.
    package enum Shape: Sendable, Equatable {
        /// An object with these members; the others, where there may be any, are all of one kind.
        case object([Field], others: ModelType?)
        /// Something that has no members of its own, such as one of several other models.
        case value(ModelType)
    }

    package let name: String
    package let shape: Shape

    init(_ name: String, _ shape: Shape) {
        self.name = name
        self.shape = shape
    }

    /// Reads a model. A member whose name ends with `?` may be missing, `*` stands for all that are not named, and `...`
    /// names a model whose members come first.
    /// - Parameter known: the models that were read before it.
    init(_ name: String, _ json: JSON, known: [String: Model]) {
        self.name = name
        guard case .object(let object) = json else {
            shape = .value(ModelType(json, of: name))
            return
        }
        var fields: [Field] = []
        var others: ModelType?
        for (key, value) in object.members {
            switch key {
            case "...":
                guard let base = value.string.flatMap({ known[$0] }), case .object(let first, nil) = base.shape else {
                    preconditionFailure("models.json, \(name): '...' names a model that was declared before")
                }
                fields += first
            case "*": others = ModelType(value, of: name)
            default:
                let isOptional = key.hasSuffix("?")
                let field = Field(
                    name: isOptional ? String(key.dropLast()) : key,
                    type: ModelType(value, of: "\(name).\(key)"),
                    isRequired: !isOptional
                )
                // A model may say more exactly what a member is that it has from another one.
                if let index = fields.firstIndex(where: { $0.name == field.name }) {
                    fields[index] = field
                } else {
                    fields.append(field)
                }
            }
        }
        shape = .object(fields, others: others)
    }

    /// The models that it names.
    package var models: [String] {
        switch shape {
        case .object(let fields, let others): fields.flatMap(\.type.models) + (others?.models ?? [])
        case .value(let type): type.models
        }
    }

    /// The same model in other words.
    func translated(into dialect: Dialect) -> Model {
        switch shape {
        case .object(let fields, let others):
            let own = fields.map { field in
                Field(
                    name: dialect.translated(field.name),
                    type: field.type.translated(into: dialect),
                    isRequired: field.isRequired
                )
            }
            return Model(dialect.translated(name), .object(own, others: others?.translated(into: dialect)))
        case .value(let type): return Model(dialect.translated(name), .value(type.translated(into: dialect)))
        }
    }
}
