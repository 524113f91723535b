import Catalog
import Engine
import Logging
import Outgoing
import ServiceLifecycle
import Storage
import Synchronization

/// The catalog and the engines of this process, made when they are first asked for.
final class Backend: Service {
    /// The store of the process's own project.
    let store: any DocumentStore
    /// The projects of the store, each with its engine.
    let projects: ProjectDirectory
    let settings: Settings
    /// It costs nothing before the first request.
    private let outgoing: HTTPOutgoing
    private let narrowed = Mutex<Catalog?>(nil)

    init(_ settings: Settings, log: Logger) {
        self.settings = settings
        let outgoing = HTTPOutgoing(
            allowsPrivate: settings.allowsPrivateTargets,
            timeServer: settings.timeServer
        )
        self.outgoing = outgoing
        let store = settings.store(of: settings.project)
        self.store = store
        projects = ProjectDirectory(own: settings.project, shelf: settings.place.shelf, log: log) { project, projects in
            let isOwn = project == settings.project
            return settings.engine(
                of: project,
                isOwn ? store : settings.store(of: project),
                among: projects,
                outgoing,
                log
            )
        }
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

    /// The engine of the process's own project.
    var engine: Engine { projects.ownEngine }

    /// Carries out jobs in the background, from the first call on until the process ends.
    func run() async {
        await cancelWhenGracefulShutdown {
            if self.settings.isReadOnly {
                // A service that returns early would end the group.
                while (try? await Task.sleep(for: .seconds(3600))) != nil {}
            } else {
                await self.projects.run()
            }
        }
    }

    func close() async {
        await outgoing.close()
        let hasOwn = projects.isOpen(settings.project)
        await projects.close()
        if !hasOwn { await store.close() }
    }
}

extension Settings {
    /// The store of a project, which opens nothing before its first use.
    fileprivate func store(of project: String) -> any DocumentStore {
        place.store(project: project, syncsEveryCommit: syncsEveryCommit)
    }

    /// The engine knows operations that scopes and read-only mode keep out of the catalog, so that it can say which of
    /// the two refuses a call.
    fileprivate func engine(
        of id: String,
        _ store: any DocumentStore,
        among projects: ProjectDirectory,
        _ outgoing: HTTPOutgoing,
        _ log: Logger
    ) -> Engine {
        // A user as whom the process acts is one of its own project; elsewhere it would be somebody else.
        let actor = id == project || actor == .key ? actor : .guest
        return Engine(
            catalog: Catalog.embedded.narrowed(services: services, scopes: nil, readOnly: false),
            store: store,
            access: Access(actor: actor, scopes: scopes, isReadOnly: isReadOnly),
            project: id,
            key: key,
            cacheBytes: cacheBytes,
            indexCheck: indexCheck,
            retention: retention,
            limitsRates: limitsRates,
            outgoing: outgoing,
            neighbours: projects,
            signUp: consoleSignUp,
            publicAddress: publicAddress,
            log: log
        )
    }
}
