package import Catalog
package import Logging
package import Storage
package import Values

/// The backend: takes invocations from any front and answers them.
package final class Engine: Sendable {
    /// What this process serves.
    package let catalog: Catalog
    /// Carries out what happens after commits.
    package let jobs: JobRunner
    /// Tells webhooks what has happened.
    package let deliveries: DeliveryRunner
    /// Where calls run best; a task that prefers it works without hops.
    package var executor: any TaskExecutor { store.executor }

    let store: any DocumentStore
    let clock: WallClock
    let pipeline: Pipeline
    let keys: Keyring
    let secrets = KnownSecrets()
    /// The id of the project.
    package let project: String
    /// Tells what is committed from now on, here or in another process.
    package let feed: EventFeed
    /// The lists that are kept in memory.
    let lists: ListCache
    private let access: Access
    let retention: EventRetention
    let log: Logger
    /// The other projects of the store; nil for an engine that knows of none and so is its own console.
    let neighbours: ProjectDirectory?
    let calls = CallCount()
    /// Whether operations are limited for those whom limits are for.
    package let limitsRates: Bool
    private let repertoire: Repertoire

    /// - Parameters:
    ///   - outgoing: the way to servers of others.
    ///   - deliveryTimeout: how long the receiver of a webhook has for its answer.
    ///   - neighbours: the other projects of the store, where there may be some.
    ///   - signUp: who may sign up, where the project is the console.
    ///   - publicAddress: where clients reach this process, without a slash at the end; providers send users back there. nil
    ///     where that is not known.
    package init(
        catalog: Catalog,
        store: any DocumentStore,
        access: Access = Access(),
        project: String = "default",
        key: KeySource = .nowhere,
        cacheBytes: Int = 64 << 20,
        indexCheck: Int? = nil,
        retention: EventRetention = .standard,
        limitsRates: Bool = true,
        outgoing: any Outgoing = NoOutgoing(),
        deliveryTimeout: Duration = DeliveryRequest.timeout,
        neighbours: ProjectDirectory? = nil,
        signUp: SignUpRule = .first,
        publicAddress: String? = "http://localhost:8080",
        clock: WallClock = .system,
        log: Logger = Logger(label: "tandem.engine")
    ) {
        let keys = Keyring(key, readOnly: access.isReadOnly)
        self.keys = keys
        self.catalog = catalog
        let cache = SchemaCache()
        let lists = ListCache(bytes: cacheBytes)
        let callers = Callers()
        self.lists = lists
        let signal = WakeSignal()
        let store = WatchedStore(store) {
            cache.changed()
            signal.ring()
        }
        self.store = store
        self.access = access
        self.limitsRates = limitsRates
        self.clock = clock
        self.log = log
        self.retention = retention
        self.project = project
        self.neighbours = neighbours
        jobs = JobRunner(
            store,
            SchemaJobs.handlers + RelationJobs.handlers
                + [KeyRotationJob.handler(keys), DeliveryQueue.removal, ProjectRemoval.handler(neighbours)],
            clock,
            log
        )
        let sealed = SealedStore(base: store, keys: keys)
        let feed = EventFeed(sealed, clock, log)
        self.feed = feed
        deliveries = DeliveryRunner(
            sealed,
            outgoing,
            feed,
            signal,
            project: project,
            timeout: deliveryTimeout,
            clock,
            log
        )
        pipeline = Pipeline(
            store: sealed,
            cache: cache,
            jobs: jobs,
            lists: lists,
            callers: callers,
            services: ServiceSwitch(),
            follower: LogFollower(store, cache, lists, clock),
            feed: feed,
            webhooks: WebhookDirectory(),
            project: project,
            isReadOnly: access.isReadOnly,
            signUp: signUp
        )
        let own =
            [CacheHandlers.statistics(lists), RealtimeWait.handler] + RealtimeHandlers.all + Self.accountHandlers
            + HealthHandlers(lists: lists, feed: feed).all + [
                CertificateHandler(outgoing: outgoing).handler, TimeHandler(outgoing: outgoing, clock: clock).handler,
            ]
            + OutboxHandlers.all
            + AuthenticatorHandlers.all(issuer: project) + [SessionRenewal.handler(outgoing)]
            + OAuth2Beginning(outgoing: outgoing, address: publicAddress, project: project).all
            + OAuth2Return(catalog: catalog, outgoing: outgoing, project: project).all
            + ProjectsHandlers.all(neighbours) + OrganizationHandlers.all(neighbours)
            + DeveloperKeyHandlers.all(neighbours)
            + ConsoleHandlers.all(catalog, address: publicAddress)
            + WebhookHandlers.all + [WebhookTest(runner: deliveries).handler]
        let check = indexCheck.map { IndexCheck(limit: $0) }
        var repertoire = Repertoire(catalog, Self.handlers(catalog, access, check, project: project) + own)
        repertoire.add(SchemaHandlers(repertoire, access).all)
        self.repertoire = repertoire
    }

    private static func handlers(
        _ catalog: Catalog,
        _ access: Access,
        _ check: IndexCheck?,
        project: String
    ) -> [Handler] {
        DatabaseHandlers.all + TableHandlers.all + ColumnHandlers.all + RelationColumns.all
            + IndexHandlers.all + rowHandlers(catalog, access, check) + [ExplainRows.handler]
            + DescribeHandlers.all(catalog, access, project: project) + UserHandlers.all + TeamHandlers.all
            + MembershipHandlers.all + PresenceHandlers.all + [ExplainAccess.handler(catalog, access)]
            + [ActivityHandlers.list] + ProjectHandlers.all(access, project)
    }

    private static let accountHandlers =
        AccountCreation.all + SignIn.all + AccountHandlers.all + AccountPassword.all + AccountSessions.all
        + AccountIdentities.all + AccountTargets.all + SignInTokens.all + TokenSessions.all + Recovery.all
        + Verification.all + AccountFactors.all + ChallengeHandlers.all

    /// Operations on rows, each of which can be part of a transaction, and the transactions.
    private static func rowHandlers(_ catalog: Catalog, _ access: Access, _ check: IndexCheck?) -> [Handler] {
        let plain = RowHandlers.all + [RowList.handler(check)]
        let replay = Replay(repertoire: Repertoire(catalog, plain))
        let items = OperationItems(catalog: catalog) { actor, operation throws(AppError) in
            try access.authorize(actor, for: operation)
        }
        return plain.map { $0.staged(by: replay) } + TransactionHandlers.all(replay, items)
    }

    /// Whether this process changes nothing.
    var isReadOnly: Bool { access.isReadOnly }

    /// Whether the process acts as the owner of the store.
    var isOwned: Bool { access.actor == .key }

    /// As whom the process acts where a call says nothing else.
    var ownActor: Actor { access.actor }

    /// Whether nobody is being served, nor listens.
    var isIdle: Bool { calls.isZero && !feed.isHeard }

    /// The ids of the operations that have a handler.
    package var handledOperations: Set<String> { repertoire.ids }

    /// Runs one operation.
    /// - Throws: an error of the contract; nothing was changed then, unless it is of a job after the commit.
    package func execute(_ invocation: Invocation) async throws(AppError) -> Response {
        calls.begin()
        defer { calls.end() }
        if let console = try await console(for: [invocation]) { return try await console.execute(invocation) }
        if let removal = try await removal([invocation]) {
            return try await removal.console.execute(removal.invocation)
        }
        let invocation = try await impersonating(try await authenticated(invocation))
        return try await execute(invocation, try find(invocation))
    }

    /// Runs an operation that was found.
    func execute(_ invocation: Invocation, _ found: FoundOperation) async throws(AppError) -> Response {
        let ready = try found.reading(
            invocation.arguments,
            from: invocation.client,
            at: clock.now,
            clock,
            movesRows: invocation.movesRows,
            keyDigest: invocation.keyDigest,
            unchangedSince: invocation.unchangedSince
        )
        do throws(AppError) {
            return try await translating(found.operation.id) { () async throws -> Response in
                try await keys.check(store)
                return try await pipeline.run(ready.work, of: ready.call)
            }
        } catch {
            throw error.said(in: found.operation.dialect)
        }
    }

    /// The operation that an invocation means, who carries it out and who asks for it.
    /// - Throws: 404 `operation_unknown`, or that the caller may not run it.
    func find(_ invocation: Invocation) throws(AppError) -> FoundOperation {
        guard let (operation, handler) = repertoire.find(invocation.operation) else {
            throw catalog.unknownOperation(invocation.operation)
        }
        let actor = try access.authorize(invocation.actor, for: operation)
        let isLimited = limitsRates && !invocation.isDeveloping && access.limits(actor, isProven: invocation.isProven)
        return FoundOperation(operation: operation, handler: handler, actor: actor, isLimited: isLimited)
    }

    /// Runs work of an operation, so that it fails with errors of the contract only.
    func translating<R>(_ operation: String, _ body: () async throws -> R) async throws(AppError) -> R {
        do { return try await body() } catch let error as AppError {
            throw error
        } catch let error as StoreError {
            throw translate(error, operation)
        } catch is CancellationError {
            throw AppError(.generalServerError, "The call was cancelled.")
        } catch {
            log.error("\(operation) failed: \(error)")
            throw AppError(.generalServerError, "\(operation) failed because of a fault in Tandem.")
        }
    }

    /// Changes the key of the project.
    package var keyRotation: KeyRotation { KeyRotation(store: store, keys: keys, jobs: jobs, clock: clock) }

    /// Reads the event log from a cursor on, encrypted columns in clear.
    package func events(after cursor: EventCursor? = nil) -> EventReader {
        EventReader(pipeline.store, after: cursor)
    }

    /// Ends the store's work.
    package func close() async {
        await feed.close()
        await store.close()
    }

    private func translate(_ error: StoreError, _ operation: String) -> AppError {
        switch error.kind {
        case .timeout:
            return AppError(
                .databaseTimeout,
                "The call took longer than it may and was stopped; nothing was changed.",
                hint: "Add an index on the columns that its query filters or sorts by, or ask for less."
            )
        case .pattern: return AppError(.generalQueryInvalid, "Invalid query: \(error.message).", argument: "queries")
        case .tooManyExcluded:
            return AppError(
                .generalQueryInvalid,
                "Invalid query: \(error.message).",
                argument: "queries",
                hint: "Exclude rarer words, or search for what the rows should hold instead."
            )
        case .tooManyRelated:
            return AppError(
                .generalQueryInvalid,
                "Invalid query: \(error.message).",
                argument: "queries",
                hint: "Add a condition on the related rows that fewer of them meet, or list the related table."
            )
        case .tooLarge:
            return AppError(
                .generalBadRequest,
                "This is too much for one call: \(error.message).",
                hint: "Name fewer rows, or narrow them down with limit; a list can also leave out fields with select."
            )
        case .transactionTooLarge:
            return AppError(
                .generalBadRequest,
                "This is too much to write at once: \(error.message).",
                hint: "Send fewer rows in a call, or start mongod with a larger --wiredTigerCacheSizeGB."
            )
        case .indexRefused:
            return AppError(
                .columnIndexInvalid,
                "The store takes no such index: \(error.message).",
                argument: "indexes",
                hint: "Leave it out, or index fewer columns."
            )
        case .unkeepable: return AppError(.generalBadRequest, "A value can't be kept: \(error.message).")
        case .cancelled: return AppError(.generalServerError, "The call was cancelled.")
        case .busy, .full, .unavailable, .damaged:
            log.error("\(operation): \(error.message)")
            return AppError(.storeUnavailable, "\(error.message)")
        case .duplicateID, .uniqueViolation, .overflow, .bound, .historyLost, .internalFault:
            log.error("\(operation) failed in the store: \(error.message)")
            return AppError(.generalServerError, "\(operation) failed because of a fault in Tandem.")
        }
    }
}
