import Catalog
import Engine
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Telemetry
import Values

/// Answers Appwrite's REST API from the catalog's routes.
struct RESTResponder: HTTPResponder {
    private let routes: RouteTable
    private let targets = KnownTargets()
    private let projects: any ProjectSource
    private let reader: BodyReader
    /// The memory for bodies that are being read.
    let room: BodyRoom
    /// Whether requests come over TLS.
    private let isSecure: Bool
    private let proxies: TrustedProxies
    private let observer: CallObserver
    private let log: Logger

    init(
        _ catalog: Catalog,
        projects: any ProjectSource,
        _ configuration: HTTPConfiguration,
        metrics: MetricsRegistry? = nil,
        log: Logger
    ) {
        routes = RouteTable(catalog)
        self.projects = projects
        room = BodyRoom(configuration.limits.allBodyBytes)
        reader = BodyReader(configuration.limits, room)
        isSecure = configuration.tls != nil
        proxies = configuration.proxies
        observer = CallObserver("http", metrics: metrics, log: log)
        self.log = log
    }

    func respond(to request: Request, context: RESTContext) async -> Response {
        await respond(to: request, from: context.address)
    }

    /// - Parameters:
    ///   - address: where the request comes from, as text; empty where that has none.
    ///   - refusal: why its body is not read.
    func respond(to request: Request, from address: String, refused refusal: RequestRefusal? = nil) async -> Response {
        let start = ContinuousClock.now
        var record = CallRecord(Self.known(request.method))
        let trace = TraceContext(
            parents: request.headers[values: .traceparent],
            states: request.headers[values: .tracestate]
        )
        var response = await TraceContext.$current.withValue(trace) {
            let response = await respond(to: request, address, refusal, &record)
            record.status = response.status.code
            record.bytes = response.body.contentLength
            observer.ended(record, start.duration(to: .now))
            return response
        }
        response.headers.append(HTTPField(name: .traceparent, value: trace.traceparent))
        return response
    }

    private func respond(
        to request: Request,
        _ address: String,
        _ refusal: RequestRefusal?,
        _ record: inout CallRecord
    ) async -> Response {
        let cors = CORS(request.headers)
        if request.method == .options { return cors.preflight }
        var response: Response
        do { response = try await answer(request, address, refusal, cors, &record) } catch let error as AppError {
            response = ErrorBody.response(error)
        } catch let refusal as RequestRefusal {
            response = ErrorBody.response(refusal)
        } catch {
            log.debug("A request ended early: \(error)")
            response = ErrorBody.response(
                AppError(.generalBadRequest, "The request ended early, or is no HTTP.", hint: "Send it again.")
            )
            response.headers[.connection] = "close"
        }
        response.headers.append(contentsOf: cors.fields)
        response.headers.append(HTTPField(name: .contentTypeOptions, value: "nosniff"))
        if request.method == .head { response = response.createHeadResponse() }
        return response
    }

    private func answer(
        _ request: Request,
        _ address: String,
        _ refusal: RequestRefusal?,
        _ cors: CORS,
        _ record: inout CallRecord
    ) async throws -> Response {
        // HEAD is GET without the body (RFC 9110, section 9.3.2).
        let method = request.method == .head ? "GET" : request.method.rawValue
        let target = request.head.path ?? "/"
        if method == "GET", URLText.parts(of: target).path == "/v1/ping" { return Self.pong }
        let asked = try targets.target(request.method, target) { path, query throws(AppError) in
            guard let match = routes.match(method, path) else {
                throw AppError(
                    .generalRouteNotFound,
                    "There is no route \(method) \(path).",
                    hint: "Paths begin with /v1; tandem search says what there is."
                )
            }
            return KnownTargets.Target(match: match, query: try FormText(encoded: query).object)
        }
        let (match, arguments) = (asked.match, asked.query)
        // What differs in its body is known better once that is read.
        record.operation = match.candidates[0].operation.id
        let project = try RequestProject(request.headers, arguments, match).id
        let engine = try await projects.engine(of: project)
        record.project = engine.project
        let isDeveloping = try await DeveloperProof(request.headers).isGood(for: engine)
        if !isDeveloping { try await cors.check(engine, request.headers) }
        if let refusal { throw refusal }
        let call = RESTCall(
            request: request,
            origin: proxies.origin(of: address, isSecure: isSecure, request.headers),
            project: project,
            engine: engine,
            projects: projects,
            isDeveloping: isDeveloping
        )
        return try await call.answer(match, arguments, reader, &record)
    }

    /// The method for those who look on. Over HTTP/2 it may be any word.
    private static func known(_ method: HTTPRequest.Method) -> String {
        switch method {
        case .get, .head, .post, .put, .patch, .delete, .options: method.rawValue
        default: "OTHER"
        }
    }

    private static let pong = Response(
        status: .ok,
        headers: [.contentType: "text/plain"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: "Pong!"))
    )
}

/// Which project a request is for: by its path where that says so, by the header, or by the query.
struct RequestProject {
    let id: String

    /// - Throws: 403 `project_id_missing`.
    init(_ fields: HTTPFields, _ query: JSONObject, _ match: RouteTable.Match) throws(AppError) {
        if let named = Self.inPath(match) {
            id = named
        } else if let header = fields.text(.appwriteProject), !header.isEmpty {
            id = header
        } else if let text = query["project"]?.string, !text.isEmpty {
            id = text
        } else {
            throw AppError(
                .projectIdMissing,
                "The request names no project.",
                hint: "Send its id as the header X-Appwrite-Project, or as project in the query."
            )
        }
    }

    /// The variable `projectId` of a path that is not an argument of its operation.
    private static func inPath(_ match: RouteTable.Match) -> String? {
        guard let candidate = match.candidates.first,
            let index = candidate.names.firstIndex(of: "projectId"),
            !candidate.operation.path.contains(":projectId")
        else { return nil }
        return URLText.decoded(match.values[index])
    }
}
