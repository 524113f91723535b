import Engine
import Logging
import Synchronization
import Values

/// Owns the hub of one project: guards it, follows the event log for it while anybody is connected, and carries out what
/// it asks for.
final class RealtimeDriver: Sendable {
    /// What is known of a socket besides what the hub knows.
    struct Member: Sendable {
        let end: any SocketEnd
        var actor: Actor
        /// When its session ends by itself.
        var expires: Timestamp?
        /// The presences that end with it.
        var presences: Set<String> = []
        var rate = MessageRate()
    }

    struct State: Sendable {
        var hub: Hub
        var members: [ConnectionID: Member] = [:]
        /// Those of them who act as another user.
        var impersonated: Set<ConnectionID> = []
        /// How many are about to become members.
        var joining = 0
        var rights = RightsLog()
        var following: Following?

        /// Those whom a change of rights may concern, as themselves or as who they act for.
        func connections(concernedBy change: RightsChange) -> Set<ConnectionID> {
            var concerned = hub.connections(concernedBy: change)
            guard case .user(let user) = change else { return concerned }
            for id in impersonated where members[id]?.actor.impersonator == user { concerned.insert(id) }
            return concerned
        }
    }

    /// That the event log is followed.
    struct Following: Sendable {
        let gate: Gate
        let inbox: NewsInbox
        let listening: EventFeed.Listening
        let tasks: [Task<Void, Never>]
    }

    let engine: Engine
    let settings: RealtimeSettings
    let errands: Errands
    let log: Logger
    let state: Mutex<State>

    init(_ engine: Engine, _ settings: RealtimeSettings, _ limits: HubLimits, _ errands: Errands, _ log: Logger) {
        self.engine = engine
        self.settings = settings
        self.errands = errands
        self.log = log
        state = Mutex(State(hub: Hub(limits: limits, makeID: { engine.makeID() })))
    }

    /// Whether nobody is connected.
    var isEmpty: Bool { state.withLock { $0.members.isEmpty && $0.joining == 0 } }

    /// How many are connected.
    var count: Int { state.withLock { $0.members.count } }

    /// How many subscriptions they have.
    var subscriptions: Int { state.withLock { $0.hub.subscriptionCount } }

    /// Changes what the hub knows, and does afterwards what it asks for.
    /// - Returns: what is left to do and takes time.
    @discardableResult
    func act(_ body: (inout State) -> [HubAction]) -> [Chore] {
        let deeds = state.withLock { state in body(&state).map { Deed($0, state) } }
        return deeds.compactMap { $0.perform() }
    }

    /// What a socket is to send next; see ``Hub/take(_:)``.
    func take(_ id: ConnectionID) -> [Frame] { state.withLock { $0.hub.take(id) } }

    /// Begins to follow the log unless it is followed already.
    /// - Returns: what is open once everything that happens is heard.
    static func follow(_ state: inout State, for driver: RealtimeDriver) -> Gate {
        if let following = state.following { return following.gate }
        let (gate, inbox) = (Gate(), NewsInbox(driver.settings))
        let feed = driver.engine.feed
        let listening = feed.listen { inbox.put($0) }
        if feed.isFollowing { gate.open() }
        let executor = driver.engine.executor
        state.following = Following(
            gate: gate,
            inbox: inbox,
            listening: listening,
            tasks: [
                Task(executorPreference: executor) { [weak driver] in
                    await inbox.each { batch in await driver?.hear(batch, gate) }
                },
                Task { [weak driver, sweep = driver.settings.sweep] in
                    while !Task.isCancelled {
                        try? await Task.sleep(for: sweep)
                        await driver?.dismissExpired()
                    }
                },
            ]
        )
        return gate
    }

    /// Stops following the log when nobody is left.
    static func rest(_ state: inout State) -> Following? {
        guard state.members.isEmpty, state.joining == 0 else { return nil }
        defer { state.following = nil }
        return state.following
    }
}

extension RealtimeDriver.Following {
    func end() {
        inbox.close()
        for task in tasks { task.cancel() }
    }
}

/// What takes time, so that the socket that asked for it has to wait.
enum Chore: Sendable, Equatable {
    case authenticate(session: String)
    case keepPresence(JSONObject)
}

/// Something that the hub asks for, with the socket that it concerns.
private enum Deed: Sendable {
    case wake(any SocketEnd)
    case close(any SocketEnd, SocketClosing)
    case finish(any SocketEnd, SocketClosing)
    case chore(Chore)
    case none

    init(_ action: HubAction, _ state: RealtimeDriver.State) {
        switch action {
        case .wake(let id): self = state.members[id].map { .wake($0.end) } ?? .none
        case .close(let id, let why): self = state.members[id].map { .close($0.end, SocketClosing(why)) } ?? .none
        case .finish(let id, let why): self = state.members[id].map { .finish($0.end, SocketClosing(why)) } ?? .none
        case .authenticate(_, let session): self = .chore(.authenticate(session: session))
        case .keepPresence(_, let presence): self = .chore(.keepPresence(presence))
        }
    }

    func perform() -> Chore? {
        switch self {
        case .wake(let end): end.wake()
        case .close(let end, let closing): end.close(closing)
        case .finish(let end, let closing): end.finish(closing)
        case .chore(let chore): return chore
        case .none: break
        }
        return nil
    }
}
