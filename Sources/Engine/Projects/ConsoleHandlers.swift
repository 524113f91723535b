import Catalog
import Values

/// `console.variables`, `listOAuth2Providers`, `listProjectScopes`, `listOrganizationScopes`, `getResource`: what somebody
/// who draws a console wants to know of this server.
enum ConsoleHandlers {
    /// - Parameter address: where clients reach this process; nil where that is not known.
    static func all(_ catalog: Catalog, address: String?) -> [Handler] {
        [
            variables(catalog), listOAuth2Providers, scopes("console.listProjectScopes", KeyGrants.known),
            scopes("console.listOrganizationScopes", organizationScopes(catalog)), getResource(address),
        ]
    }

    /// In the names of the settings with which the original is configured. What is not there is said to be off.
    private static func variables(_ catalog: Catalog) -> Handler {
        .read("console.variables") { _ in
            let services = Set(catalog.services.map(\.id))
            func has(_ service: String) -> JSON { .string(services.contains(service) ? "enabled" : "disabled") }
            return [
                "_APP_DOMAIN_TARGET_CNAME": "", "_APP_DOMAIN_TARGET_A": "", "_APP_DOMAIN_TARGET_AAAA": "",
                "_APP_DOMAIN_TARGET_CAA": "", "_APP_DOMAIN_ENABLED": .bool(false), "_APP_DOMAIN_SITES": "",
                "_APP_DOMAIN_FUNCTIONS": "", "_APP_OPTIONS_FORCE_HTTPS": "disabled", "_APP_DOMAINS_NAMESERVERS": "",
                "_APP_STORAGE_LIMIT": 0, "_APP_COMPUTE_SIZE_LIMIT": 0, "_APP_COMPUTE_BUILD_TIMEOUT": 0,
                "_APP_USAGE_STATS": has("usage"), "_APP_VCS_ENABLED": .bool(services.contains("vcs")),
                "_APP_ASSISTANT_ENABLED": .bool(services.contains("assistant")), "_APP_DB_ADAPTER": "tandem",
                "supportForRelationships": true, "supportForOperators": true, "supportForSpatials": true,
                "supportForSchemas": true, "supportForIntegerIds": false,
                "services": JSON(catalog.services.map(\.id)),
            ]
        }
    }

    private static let listOAuth2Providers = Handler.read("console.listOAuth2Providers") { _ in
        let providers = OAuth2Provider.all.map { provider -> JSON in
            let names = [provider.clientID, provider.clientSecret] + provider.fields.map(\.name)
            return [
                "$id": .string(provider.id),
                "parameters": .array(
                    names.map { ["$id": .string($0), "name": .string($0), "example": "", "hint": ""] }
                ),
            ]
        }
        return ["total": .int(Int64(providers.count)), "oAuth2Providers": .array(providers)]
    }

    private static func scopes(_ id: String, _ scopes: [String]) -> Handler {
        let scopes = scopes.map { scope -> JSON in
            let parts = scope.split(separator: ".").map(String.init)
            let (what, right) = (parts.dropLast().joined(separator: " "), parts.last ?? "")
            return [
                "$id": .string(scope), "description": .string((right == "read" ? "See " : "Change ") + what),
                "category": .string(what), "deprecated": .bool(deprecated.contains(what)),
            ]
        }
        return .read(id) { _ in ["total": .int(Int64(scopes.count)), "scopes": .array(scopes)] }
    }

    /// What the operations on the projects of an organisation need, each once.
    private static func organizationScopes(_ catalog: Catalog) -> [String] {
        var scopes: [String] = []
        for operation in catalog.operations where operation.service == "organization" {
            for scope in operation.scopes where !scopes.contains(scope) { scopes.append(scope) }
        }
        return scopes.sorted()
    }

    /// The host of this server is the only one at which something answers: domains can't be given to anything else yet.
    private static func getResource(_ address: String?) -> Handler {
        let own = address.flatMap(URLText.host)
        return .read("console.getResource") { context in
            let value = context.call.string("value").lowercased()
            guard Formats.isHostname(value) else {
                throw AppError(
                    .generalArgumentInvalid,
                    "'value' must be the name of a domain.",
                    argument: "value",
                    hint: "For example shop.example.org, without https:// and without a path."
                )
            }
            guard value != own else {
                throw AppError(
                    .resourceAlreadyExists,
                    "The domain '\(value)' is that of this server itself.",
                    argument: "value",
                    hint: "Choose another one."
                )
            }
            return [:]
        }
    }

    private static let deprecated: Set<String> = ["collections", "attributes", "documents"]
}
