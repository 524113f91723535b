import Catalog
import Storage
import Values

/// What may be given to API keys: nobody hands on what it does not have.
struct KeyGrants: Sendable {
    /// The scopes of the process; nil for all.
    let scopes: Set<String>?

    /// Every scope that a key may have.
    static let known: [String] = {
        let parameter = Catalog.embedded.operation("project.createKey")?.parameters.first { $0.name == "scopes" }
        guard case .array(let item, _)? = parameter?.type, case .enumeration(let words) = item.type else { return [] }
        return words
    }()

    /// The scopes for a key, without repetitions.
    /// - Throws: 403 `key_creation_denied` for one that the caller, or this process, lacks itself.
    func checked(_ wanted: [String], _ context: ReadContext) throws -> [String] {
        let own = try APIKey.scopes(of: context.call.actor, in: context.session)
        var result: [String] = []
        for (index, scope) in wanted.enumerated() where !result.contains(scope) {
            guard scopes?.contains(scope) != false, own?.contains(scope) != false else {
                throw AppError(
                    .keyCreationDenied,
                    "A key can't have the scope \(scope): \(own == nil ? "this process" : "its maker") does not have it.",
                    argument: "scopes[\(index)]",
                    hint: "Leave it out, or let the owner of the project do this."
                )
            }
            result.append(scope)
        }
        return result
    }
}
