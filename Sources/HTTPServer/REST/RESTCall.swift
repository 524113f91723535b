import Catalog
import Engine
import HTTPTypes
import Hummingbird
import NIOCore
import Telemetry
import Values

/// One request for an operation of a project.
struct RESTCall {
    let request: Request
    let origin: TrustedProxies.Origin
    let project: String
    let engine: Engine
    let projects: any ProjectSource
    /// Whether the request shows a developer key that is good.
    let isDeveloping: Bool

    func answer(
        _ match: RouteTable.Match,
        _ query: JSONObject,
        _ reader: BodyReader,
        _ record: inout CallRecord
    ) async throws -> Response {
        var wanted = try await RequestArguments(request, match, query, reader)
        record.operation = wanted.operation.id
        try useCacheHeader(&wanted)
        var client = client
        client.locale = request.headers[.appwriteLocale] ?? query["locale"]?.string ?? ""
        var given = Invocation(wanted.operation.id, wanted.arguments, from: client)
        given.unchangedSince = try moment()
        given.isDeveloping = isDeveloping
        let invocation = given
        let caller = RequestCaller(project: project, fields: request.headers)
        // A list that may be in memory needs none of the store's threads.
        if wanted.arguments["ttl"] != nil {
            let answer = try await caller.execute(invocation, on: engine, projects, &record)
            return response(answer, of: wanted.operation)
        }
        // One hop to the store's threads, and none between the steps of the call.
        let answer = try await withTaskExecutorPreference(engine.executor) {
            try await caller.execute(invocation, on: engine, projects, &record)
        }
        return response(answer, of: wanted.operation)
    }

    private var client: Client {
        let agent = request.headers[.forwardedUserAgent] ?? request.headers[.userAgent] ?? ""
        return Client(ip: origin.address, userAgent: String(agent.prefix(1024)), way: .rest)
    }

    /// `X-Appwrite-Cache-TTL` stands for the argument `ttl` of lists, and the argument wins.
    private func useCacheHeader(_ wanted: inout RequestArguments) throws(AppError) {
        guard let text = request.headers[.appwriteCacheTTL], wanted.operation.declares("ttl"),
            wanted.arguments["ttl"] == nil
        else { return }
        guard let seconds = Int64(text) else {
            throw AppError(
                .generalArgumentInvalid,
                "The header X-Appwrite-Cache-TTL must be a number of seconds.",
                argument: "ttl",
                hint: "For example 30."
            )
        }
        wanted.arguments["ttl"] = .int(seconds)
    }

    /// `X-Appwrite-Timestamp`: when the caller last looked at what it changes.
    private func moment() throws(AppError) -> Timestamp? {
        guard let text = request.headers[.appwriteTimestamp], !text.isEmpty else { return nil }
        if let moment = Timestamp(parsing: text) { return moment }
        throw AppError(
            .generalArgumentInvalid,
            "The header X-Appwrite-Timestamp must be a moment.",
            hint: "For example 2026-11-22T08:00:00.000+00:00, as in $updatedAt."
        )
    }

    private func response(_ answer: EngineAnswer, of operation: Operation) -> Response {
        let format = FormatVersion(request.headers)
        let status = HTTPResponse.Status(code: operation.status)
        var response: Response
        switch operation.model {
        case "none": response = .empty(status)
        case "redirect":
            response = .empty(status)
            if let url = (try? JSON(parsing: answer.encoded))?["url"]?.string { response.headers[.location] = url }
        default:
            let filters = FormatFilters(format)
            response = .json(status, filters.answer(answer.encoded, of: operation.model))
        }
        if let cache = answer.cache {
            response.headers.append(HTTPField(name: .appwriteCache, value: cache.rawValue))
            response.headers.append(HTTPField(name: .appwriteCacheHit, value: cache == .hit ? "true" : "false"))
        }
        if let limit = answer.limit ?? operation.rateLimit.map({ RateLimitState(unlimited: $0) }) {
            response.headers.append(limit)
        }
        setSession(answer.session, in: &response)
        if let format, format > .present {
            // Clients of a later release are answered as by the present one.
            response.headers[.appwriteWarning] =
                "The format \(format) is later than \(FormatVersion.present), which is what is spoken."
        }
        return response
    }

    private func setSession(_ change: SessionChange?, in response: inout Response) {
        guard let change else { return }
        let (secret, expire): (String?, Timestamp) =
            switch change {
            case .begun(let secret, let expire): (secret, expire)
            case .ended: (nil, Timestamp(milliseconds: 0))
            }
        let cookie = SessionCookie(project: project)
        let fields = cookie.fields(secret, expire: expire, host: host, isSecure: origin.isSecure)
        response.headers.append(contentsOf: fields)
        response.headers.append(cookie.fallback(secret))
    }

    /// The host that was asked, without its port.
    private var host: String {
        let authority = request.head.authority ?? ""
        guard !authority.hasPrefix("["), let colon = authority.lastIndex(of: ":") else { return authority }
        return String(authority[..<colon])
    }
}

extension RateLimitState {
    /// What is told to callers whom a limit doesn't bind: nothing of it is used up.
    init(unlimited limit: RateLimit) {
        self.init(limit: limit.calls, remaining: limit.calls, reset: 0, wait: 0)
    }
}
