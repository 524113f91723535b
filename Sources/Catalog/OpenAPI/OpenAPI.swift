package import Values

/// Describes the REST form of a catalog as an OpenAPI 3.1 document.
package struct OpenAPI: Sendable {
    private let catalog: Catalog
    private let models: Models
    private let version: String
    private let server: String
    let isOpenToGuests: @Sendable (Operation) -> Bool

    /// - Parameters:
    ///   - version: the version of the program.
    ///   - server: the address under which it answers, without a slash at the end.
    ///   - isOpenToGuests: whether callers who have not signed in may ask for an operation.
    package init(
        _ catalog: Catalog,
        models: Models = .embedded,
        version: String,
        server: String,
        isOpenToGuests: @escaping @Sendable (Operation) -> Bool
    ) {
        self.catalog = catalog
        self.models = models
        self.version = version
        self.server = server
        self.isOpenToGuests = isOpenToGuests
    }

    /// The whole document.
    package var document: JSON {
        [
            "openapi": "3.1.1",
            "info": ["title": "Tandem", "version": .string(version), "description": .string(Self.overview)],
            "servers": [["url": .string(server)]],
            "tags": .array(
                catalog.services.map { ["name": .string($0.id), "description": .string($0.summary)] }
            ),
            "paths": .object(paths),
            "components": [
                "securitySchemes": Self.securitySchemes, "responses": Self.responses, "schemas": .object(schemas),
            ],
        ]
    }

    private static let overview = """
        A backend with databases, users, teams, webhooks and realtime. Any one of the scopes of an operation suffices, \
        and members that a request has beyond those described are ignored.
        """

    /// By path, then by method. Operations that share a route are described as one.
    private var paths: JSONObject {
        var paths: JSONObject = [:]
        let routes = Dictionary(grouping: catalog.operations) { Route(method: $0.method, path: $0.path) }
        for operation in catalog.operations {
            let route = Route(method: operation.method, path: operation.path)
            guard let sharing = routes[route], sharing[0] === operation else { continue }
            var item = paths[route.template]?.object ?? [:]
            item[route.method.lowercased()] = entry(of: sharing)
            paths[route.template] = .object(item)
        }
        return paths
    }

    /// The models of the answers, those that they name, and the one of errors.
    private var schemas: JSONObject {
        var open = ["error"] + catalog.operations.map(\.model).filter { !Self.isWithoutBody($0) }
        var found: [String: Model] = [:]
        while let name = open.popLast() {
            guard found[name] == nil else { continue }
            guard let model = models[name] else { preconditionFailure("models.json: there is no model '\(name)'") }
            found[name] = model
            open += model.models
        }
        return JSONObject(found.keys.sorted().map { (key: $0, value: found[$0]!.schema) })
    }

    /// Whether answers of this model have no body: nothing to say, or an address to go to.
    static func isWithoutBody(_ model: String) -> Bool { ["none", "redirect"].contains(model) }
}

/// Where an operation is found.
private struct Route: Hashable {
    let method: String
    let path: String

    /// The path as the document writes it, with `{name}` for `:name`.
    var template: String {
        path.split(separator: "/", omittingEmptySubsequences: false).map { part in
            part.hasPrefix(":") ? "{\(part.dropFirst())}" : String(part)
        }.joined(separator: "/")
    }
}
