import Storage
import Values

extension Handler {
    /// The same operation, which answers from the cache of lists where the call's `ttl` and `freshness` allow it and it
    /// runs by itself. Its arguments are read only when they have to be.
    /// - Parameter request: what a call asks of the cache; nil where it asks for nothing.
    func cached(
        as request: @escaping @Sendable (Call) -> ListRequest? = { ListRequest($0) },
        _ source: @escaping @Sendable (Call) throws -> ListSource
    ) -> Handler {
        let work = work
        return Handler(ids: ids) { call in
            guard let request = request(call) else { return try work(call) }
            let body = Work.Body.read { context in
                guard case .read(let body) = try work(call).body else { preconditionFailure("only reads are cached") }
                return try body(context)
            }
            return Work(body: body, cached: Work.Cached(request: request, source: source))
        }
    }
}

extension Pipeline {
    /// Answers a call from the cache, or as if there were none.
    func read(_ call: Call, _ cached: Work.Cached, _ body: @escaping @Sendable (ReadContext) throws -> Response)
        async throws -> Response
    {
        var request = cached.request
        try await request.add(rolesOf(call))
        let list = CachedRead(call: call, pipeline: self, request: request, makeSource: cached.source)
        if let response = try await list.answer() { return response }
        var response = try await read(call, body)
        response.cache = .miss
        lists.countMiss()
        return response
    }
}

extension Pipeline {
    /// The roles that the answer of a list depends on, as of now; nil for keys, which no permission binds.
    private func rolesOf(_ call: Call) async throws -> [String]? {
        switch call.actor {
        case .key: return nil
        case .guest where services.areKnownOpen(call, cache): return Roles.guest.list
        case .apiKey(let id):
            try await key(id, call).check(for: call.operation, at: call.now)
            return nil
        case .guest, .ephemeralKey, .administrator, .user, .session, .impersonated:
            let caller = try await store.read { session in
                try ReadContext(call, session, self, beginsSession: true).caller
            }
            return caller.isPrivileged ? nil : caller.roles
        }
    }

    /// An API key as of now, which takes a look at the store only where something was committed since the last one.
    private func key(_ id: String, _ call: Call) async throws -> APIKey {
        guard let mark = store.mark else {
            return try await store.read { try APIKey(id, in: $0, digest: call.keyDigest) }
        }
        if let key = callers.key(id, digest: call.keyDigest, at: mark) { return key }
        let key = try await store.read { try APIKey(id, in: $0, digest: call.keyDigest) }
        callers.keep(key, digest: call.keyDigest, at: mark)
        return key
    }
}

/// One list call on its way through the cache.
///
/// What is known of the table may be a second old, the shortest `ttl`, unless this process itself has changed a schema
/// since. Nothing is refused on the strength of that: where something is wrong, the operation itself says so.
private struct CachedRead {
    let call: Call
    let pipeline: Pipeline
    let request: ListRequest
    let makeSource: @Sendable (Call) throws -> ListSource

    /// How often a call may find that something changed under its hands.
    private static let attempts = 8

    /// nil when the operation is to be run as if there were no cache.
    func answer() async throws -> Response? {
        if request.isStrict, await !pipeline.follower.catchUp() { return nil }
        var source: ListSource?
        var key = request.key
        if request.hasCursor {
            let made = try makeSource(call)
            key += try await read { try made.place($0) }
            source = made
        }
        for _ in 0..<Self.attempts {
            let now = call.clock.now
            let known = known(at: now)
            guard known.table.map({ $0.0.enabled || call.actor.isPrivileged }) ?? true else { return nil }
            switch pipeline.lists.step(request, key, known, at: now) {
            case .use(let list): return response(list, .hit)
            case .verify(let flight):
                defer { pipeline.lists.land(flight, .again) }
                do { try await read { _ = try $0.table() } } catch is AppError { return nil }
            case .load(let parts, let flight):
                let made: ListSource
                do { made = try source ?? makeSource(call) } catch {
                    pipeline.lists.land(flight, .again)
                    throw error
                }
                source = made
                if let response = try await load(parts, made, key, flight, now) { return response }
            case .wait(let flight):
                switch await pipeline.lists.landing(of: flight) {
                case .again: continue
                case .failed(let error): throw error
                case .list(let list):
                    let isRecent = request.accepts(list.readAt, at: call.clock.now)
                    if isRecent, list.total != nil || !request.wantsTotal { return response(list, .hit) }
                }
            }
        }
        return nil
    }

    /// The state that the list depends on, as far as it is known.
    private func known(at now: Timestamp) -> SchemaCache.Known {
        guard request.group != ListRequest.presences else { return .presences }
        return pipeline.cache.known(call.string("tableId"), in: call.string("databaseId"), at: now)
    }

    private func load(
        _ parts: ListSource.Parts,
        _ source: ListSource,
        _ key: [UInt8],
        _ flight: Flight.Ticket,
        _ now: Timestamp
    ) async throws -> Response? {
        do {
            let loaded = try await read { try source.load(parts, $0) }
            let place = request.key + loaded.place
            let list = pipeline.lists.keep(loaded, request, place, flight, at: now)
            // The row of a cursor may have moved since its place was read; others wait for the place of before.
            pipeline.lists.land(flight, list.flatMap { place == key ? .list($0) : nil } ?? .again)
            return list.map { response($0, parts == .total ? .hit : .miss) }
        } catch {
            let isOurs = (error as? StoreError)?.kind == .cancelled || error is CancellationError
            pipeline.lists.land(flight, isOurs ? .again : .failed(error))
            throw error
        }
    }

    private func read<R: Sendable>(_ body: @escaping @Sendable (ReadContext) throws -> R) async throws -> R {
        let (call, pipeline) = (call, pipeline)
        return try await pipeline.store.read { session in
            try body(try ReadContext(call, session, pipeline, beginsSession: true))
        }
    }

    private func response(_ list: CachedList, _ outcome: CacheOutcome) -> Response {
        var response = RowList.answer(list.rows, total: request.wantsTotal ? list.total?.count ?? 0 : 0)
        response.cache = outcome
        return response
    }
}
