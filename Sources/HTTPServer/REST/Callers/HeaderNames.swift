import HTTPTypes

extension HTTPField.Name {
    static let appwriteProject = Self("X-Appwrite-Project")!
    static let appwriteKey = Self("X-Appwrite-Key")!
    static let appwriteDevKey = Self("X-Appwrite-Dev-Key")!
    static let appwriteJWT = Self("X-Appwrite-JWT")!
    static let appwriteSession = Self("X-Appwrite-Session")!
    static let appwriteLocale = Self("X-Appwrite-Locale")!
    static let appwriteMode = Self("X-Appwrite-Mode")!
    static let appwriteImpersonateID = Self("X-Appwrite-Impersonate-User-Id")!
    static let appwriteImpersonateEmail = Self("X-Appwrite-Impersonate-User-Email")!
    static let appwriteImpersonatePhone = Self("X-Appwrite-Impersonate-User-Phone")!
    static let appwriteResponseFormat = Self("X-Appwrite-Response-Format")!
    static let appwriteTimestamp = Self("X-Appwrite-Timestamp")!
    static let appwriteWarning = Self("X-Appwrite-Warning")!
    static let appwriteCache = Self("X-Appwrite-Cache")!
    static let appwriteCacheHit = Self("X-Appwrite-Cache-Hit")!
    static let appwriteCacheTTL = Self("X-Appwrite-Cache-TTL")!
    static let sdkName = Self("X-SDK-Name")!
    static let fallbackCookies = Self("X-Fallback-Cookies")!
    static let forwardedUserAgent = Self("X-Forwarded-User-Agent")!
    static let rateLimit = Self("X-RateLimit-Limit")!
    static let rateLimitRemaining = Self("X-RateLimit-Remaining")!
    static let rateLimitReset = Self("X-RateLimit-Reset")!
    static let traceparent = Self("traceparent")!
    static let tracestate = Self("tracestate")!
    static let contentTypeOptions = Self("X-Content-Type-Options")!
}

extension HTTPFields {
    /// What `self[name]` is, which joins the values even where there is only one.
    func text(_ name: HTTPField.Name) -> String? {
        let values = self[values: name]
        return values.count > 1 ? values.joined(separator: ", ") : values.first
    }
}
