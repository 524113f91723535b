import Catalog
import Engine
import Logging
import Outgoing
import ServiceLifecycle
import Storage
import Synchronization

/// The catalog and the engine of this process, made when they are first asked for.
final class Backend: Service {
    private struct State {
        var engine: Engine?
        var waiting: CheckedContinuation<Engine?, Never>?
        var isDone = false
    }

    let store: any DocumentStore
    /// The id of the project that the process works in.
    var project: String { settings.project }
    private let settings: Settings
    private let log: Logger
    /// It costs nothing before the first request.
    private let outgoing: HTTPOutgoing
    private let state = Mutex(State())
    private let narrowed = Mutex<Catalog?>(nil)

    init(_ settings: Settings, log: Logger) {
        self.settings = settings
        self.log = log
        outgoing = HTTPOutgoing(allowsPrivate: settings.allowsPrivateTargets)
        store = settings.place.store(project: settings.project, syncsEveryCommit: settings.syncsEveryCommit)
    }

    /// What this process serves.
    var catalog: Catalog {
        narrowed.withLock { narrowed in
            if let narrowed { return narrowed }
            let catalog = Catalog.embedded.narrowed(
                services: settings.services,
                scopes: settings.scopes,
                readOnly: settings.isReadOnly
            )
            narrowed = catalog
            return catalog
        }
    }

    /// The engine knows operations that scopes and read-only mode keep out of the catalog, so that it can say which of
    /// the two refuses a call.
    var engine: Engine {
        let (engine, waiting) = state.withLock { state in
            if let engine = state.engine { return (engine, nil as CheckedContinuation<Engine?, Never>?) }
            let catalog = Catalog.embedded.narrowed(services: settings.services, scopes: nil, readOnly: false)
            let access = Access(actor: settings.actor, scopes: settings.scopes, isReadOnly: settings.isReadOnly)
            let engine = Engine(
                catalog: catalog,
                store: store,
                access: access,
                project: settings.project,
                key: settings.key,
                cacheBytes: settings.cacheBytes,
                indexCheck: settings.indexCheck,
                retention: settings.retention,
                limitsRates: settings.limitsRates,
                outgoing: outgoing,
                publicAddress: "http://\((settings.http ?? .usual).text)",
                log: log
            )
            state.engine = engine
            let waiting = state.waiting
            state.waiting = nil
            return (engine, waiting)
        }
        waiting?.resume(returning: engine)
        return engine
    }

    /// Carries out jobs in the background, from the first call on until the process ends.
    func run() async {
        await withGracefulShutdownHandler {
            guard let engine = await firstEngine(), !settings.isReadOnly else { return await forever() }
            await cancelWhenGracefulShutdown { await engine.keepHouse() }
        } onGracefulShutdown: {
            self.stopWaiting()
        }
    }

    func close() async {
        await outgoing.close()
        guard let engine = state.withLock({ $0.engine }) else { return await store.close() }
        await engine.close()
    }

    private func firstEngine() async -> Engine? {
        await withCheckedContinuation { continuation in
            let known: Engine?? = state.withLock { state in
                if state.isDone || state.engine != nil { return .some(state.engine) }
                state.waiting = continuation
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    private func stopWaiting() {
        let waiting = state.withLock { state in
            state.isDone = true
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume(returning: nil)
    }

    /// A service that returns early would end the group.
    private func forever() async {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: .seconds(3600))) != nil {}
        }
    }
}
