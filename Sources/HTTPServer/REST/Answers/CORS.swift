import Engine
import HTTPTypes
import Hummingbird
import Values

/// Which pages and apps may call, and what browsers are told of it (the Fetch standard, section 3.2).
struct CORS {
    /// The header `Origin`; nil for programs that are no browsers.
    let origin: String?

    init(_ fields: HTTPFields) { origin = fields[.origin].flatMap { $0.isEmpty ? nil : $0 } }

    /// Refuses pages of hosts that are not registered, and such apps. A key in the request shows that no page is at work.
    /// - Throws: 403 `general_unknown_origin`.
    func check(_ engine: Engine, _ fields: HTTPFields) async throws(AppError) {
        guard let origin, fields[.appwriteKey] == nil else { return }
        if try await engine.allowsOrigin(origin) { return }
        throw AppError(
            .generalUnknownOrigin,
            "Pages and apps from '\(origin)' are not registered with the project.",
            hint: """
                Its owner registers the host with project.createWebPlatform, or the app as its platform, for example \
                with project.createAndroidPlatform; localhost needs no registration.
                """
        )
    }

    /// What the answer to a browser carries, whatever it answers: without it a page can't read why it was refused.
    var fields: [HTTPField] {
        guard let origin else { return [] }
        return [
            HTTPField(name: .accessControlAllowOrigin, value: origin),
            HTTPField(name: .accessControlAllowCredentials, value: "true"),
            HTTPField(name: .accessControlExposeHeaders, value: Self.exposed),
            HTTPField(name: .vary, value: "Origin"),
        ]
    }

    /// The answer to `OPTIONS`. It tells nothing of a project, which a browser doesn't name then; the request itself is
    /// checked.
    var preflight: Response {
        var response = Response(status: .noContent)
        response.headers.append(contentsOf: fields)
        response.headers[.accessControlAllowMethods] = "GET, POST, PUT, PATCH, DELETE"
        response.headers[.accessControlAllowHeaders] = Self.accepted
        response.headers[.accessControlMaxAge] = "600"
        return response
    }

    private static let accepted = """
        Origin, Cookie, Set-Cookie, X-Requested-With, Content-Type, Content-Range, Accept, Authorization, Range, \
        Cache-Control, Pragma, X-Appwrite-Project, X-Appwrite-Key, X-Appwrite-Dev-Key, X-Appwrite-JWT, \
        X-Appwrite-Session, X-Appwrite-Mode, X-Appwrite-Organization, X-Appwrite-Impersonate-User-Id, \
        X-Appwrite-Impersonate-User-Email, X-Appwrite-Impersonate-User-Phone, X-Appwrite-Locale, X-Appwrite-ID, \
        X-Appwrite-Timestamp, \
        X-Appwrite-Response-Format, X-Appwrite-Cache-TTL, X-SDK-Name, X-SDK-Version, X-SDK-Platform, X-SDK-Language, \
        X-Fallback-Cookies, X-Forwarded-User-Agent, traceparent, tracestate
        """
    private static let exposed = """
        X-Appwrite-Session, X-Fallback-Cookies, X-Appwrite-Cache, X-Appwrite-Cache-Hit, X-RateLimit-Limit, \
        X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After, traceparent
        """
}
