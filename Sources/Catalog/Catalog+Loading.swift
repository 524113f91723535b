private import CCatalog
package import Values

extension Catalog {
    /// The catalog of this program, parsed at first use.
    ///
    /// It is embedded at build time, so a malformed one is a precondition failure that names the operation.
    package static let embedded: Catalog = {
        let bytes = UnsafeBufferPointer(start: tandem_catalog_bytes(), count: tandem_catalog_length())
        do throws(JSONError) { return Catalog(try JSON(parsing: bytes)) } catch {
            preconditionFailure("catalog.json: \(error)")
        }
    }()

    /// Reads a catalog from the JSON value of its file.
    package convenience init(_ json: JSON) {
        guard case .object(let object) = json else { preconditionFailure("catalog.json: must be an object") }
        let root = ObjectReader(object, of: "top level")
        var shared: [String: Parameter] = [:]
        for (name, reader) in root.section("parameters") { shared[name] = Parameter(reader, name: name) }
        let secrets = Self.secrets(root)
        var operations = root.objects("operations").map { Operation($0, shared: shared, secrets: secrets) }
        let services = root.section("services").map { name, reader in
            if let dialect: Dialect = reader.optionalWord("dialect") {
                operations += Self.twins(of: reader.string("sameAs"), in: dialect, operations)
            }
            let place = reader.optionalString("on")
            if let place, place != "console" { reader.fail("'on' is console or absent, not '\(place)'") }
            return Service(
                id: name,
                summary: reader.string("summary"),
                noun: reader.string("noun"),
                isOnConsole: place != nil
            )
        }
        for operation in operations where !services.contains(where: { $0.id == operation.service }) {
            preconditionFailure("catalog.json, \(operation.id): its service is not declared")
        }
        guard case .object(let search)? = object["search"] else { root.fail("'search' must be an object") }
        self.init(
            operations: operations,
            services: services,
            vocabulary: Vocabulary(ObjectReader(search, of: "search"))
        )
    }

    /// Where the answers of each model hold secrets.
    private static func secrets(_ root: ObjectReader) -> [String: [JSONPointer]] {
        guard case .object(let section)? = root.object["secrets"] else { root.fail("'secrets' must be an object") }
        let reader = ObjectReader(section, of: "secrets")
        let places = section.keys.map { model in
            let pointers = reader.strings(model).map { text in
                do { return try JSONPointer(parsing: text) } catch { reader.fail("'\(text)' is no place") }
            }
            return (model, pointers)
        }
        return Dictionary(uniqueKeysWithValues: places)
    }

    /// The operations of a service once more, in other words.
    private static func twins(of service: String, in dialect: Dialect, _ operations: [Operation]) -> [Operation] {
        var translated: [ObjectIdentifier: Parameter] = [:]
        return operations.filter { $0.service == service }.compactMap { original in
            let parameters = original.parameters.map { parameter in
                if let known = translated[ObjectIdentifier(parameter)] { return known }
                let new = Parameter(parameter, in: dialect)
                translated[ObjectIdentifier(parameter)] = new
                return new
            }
            return Operation(original, in: dialect, parameters: parameters)
        }
    }
}
