import CoreMetrics
import Engine
import Logging
import Synchronization
import Values

/// The sockets of all projects.
final class RealtimeSockets: Sendable {
    private struct State {
        var drivers: [String: RealtimeDriver] = [:]
        var rates = ConnectionRates()
    }

    let settings: RealtimeSettings
    let limits: HubLimits
    private let projects: any ProjectSource
    private let errands = Errands()
    private let meters: FrontMeters?
    private let log: Logger
    private let state = Mutex(State())

    init(
        _ projects: any ProjectSource,
        _ settings: RealtimeSettings = RealtimeSettings(),
        _ limits: HubLimits = HubLimits(),
        meters: FrontMeters? = nil,
        log: Logger
    ) {
        self.projects = projects
        self.settings = settings
        self.limits = limits
        self.meters = meters
        self.log = log
    }

    /// Gives somebody who has opened a socket its place.
    /// - Throws: why it gets none; it is to be told and closed.
    func open(_ request: SocketRequest, _ end: any SocketEnd) async throws(AppError) -> Seat {
        do throws(AppError) { return try await enter(request, end) } catch {
            meters?.socketsRefused.increment()
            throw error
        }
    }

    private func enter(_ request: SocketRequest, _ end: any SocketEnd) async throws(AppError) -> Seat {
        let engine = try await engine(of: request)
        try await engine.checkSockets()
        if try await !request.developer.isGood(for: engine) {
            try check(request, engine)
            if let origin = request.origin { try await check(origin, engine) }
        }
        let wishes = try AddressSubscriptions(request.parameters)
        let driver = driver(of: engine)
        let id = try await driver.join(end, wishes) { () async throws(AppError) in
            try await Self.identity(request, engine)
        }
        return Seat(sockets: self, driver: driver, id: id)
    }

    /// Waits for what goes on after sockets were closed.
    func finish() async { await errands.finish() }

    /// How many subscriptions all sockets have together.
    var subscriptions: Int { state.withLock { Array($0.drivers.values) }.reduce(0) { $0 + $1.subscriptions } }

    /// How many sockets are open.
    var count: Int { state.withLock { $0.drivers.values.reduce(0) { $0 + $1.count } } }

    fileprivate func leave(_ seat: Seat) {
        seat.driver.leave(seat.id)
        state.withLock { state in
            let project = seat.driver.engine.project
            if state.drivers[project] === seat.driver, seat.driver.isEmpty { state.drivers[project] = nil }
        }
    }

    private func driver(of engine: Engine) -> RealtimeDriver {
        state.withLock { state in
            if let driver = state.drivers[engine.project], driver.engine === engine { return driver }
            let driver = RealtimeDriver(engine, settings, limits, errands, log)
            state.drivers[engine.project] = driver
            return driver
        }
    }

    private func engine(of request: SocketRequest) async throws(AppError) -> Engine {
        do throws(AppError) {
            if ID.isValid(request.project) { return try await projects.engine(of: request.project) }
        } catch {
            if error.code != .projectNotFound { throw error }
        }
        throw AppError(
            .realtimePolicyViolation,
            "The address must name a project that there is, as in /v1/realtime?project=ID."
        )
    }

    private func check(_ request: SocketRequest, _ engine: Engine) throws(AppError) {
        guard engine.limitsRates else { return }
        let key = "\(request.ip) \(engine.project)"
        let limit = settings.connectionsPerMinute
        guard state.withLock({ $0.rates.allows(key, limit) }) else {
            throw AppError(
                .realtimeTooManyMessages,
                "From one address there may be \(limit) connections in a minute."
            )
        }
    }

    private func check(_ origin: String, _ engine: Engine) async throws(AppError) {
        guard try await engine.allowsOrigin(origin) else {
            throw AppError(
                .realtimePolicyViolation,
                "Pages and apps from '\(origin.prefix(200))' may not use the project: its owner registers them, pages with "
                    + "project.createWebPlatform."
            )
        }
    }

    /// Who opens a socket: the first of the sessions that is good, the user of a JWT, or a guest; the first two may act as
    /// another user. A key makes no difference.
    private static func identity(
        _ request: SocketRequest,
        _ engine: Engine
    ) async throws(AppError) -> SocketIdentity {
        let impersonated = try request.impersonated
        for session in request.sessions {
            let found: SocketIdentity
            do throws(AppError) { found = try await engine.socketIdentity(of: .session(session)) } catch {
                // A session that has ended makes a guest, as it does everywhere; a user who is blocked is sent away.
                guard [.userUnauthorized, .userNotFound, .userMoreFactorsRequired].contains(error.code) else {
                    throw error
                }
                continue
            }
            guard request.jwt == nil else {
                throw AppError(.userJwtAndCookieSet, "Show either a session or a JWT, not both.")
            }
            guard let impersonated else { return found }
            return try await engine.socketIdentity(of: .session(session), as: impersonated)
        }
        guard let jwt = request.jwt else { return try await engine.socketIdentity(of: nil) }
        let found: SocketIdentity
        do throws(AppError) { found = try await engine.socketIdentity(of: .jwt(jwt)) } catch {
            guard error.code == .userUnauthorized else { throw error }
            throw AppError(.userJwtInvalid, "The JWT is not good, or no longer.")
        }
        guard let impersonated else { return found }
        return try await engine.socketIdentity(of: .jwt(jwt), as: impersonated)
    }
}

/// The place of a socket with the driver of its project.
struct Seat: Sendable {
    let sockets: RealtimeSockets
    let driver: RealtimeDriver
    let id: ConnectionID

    func take() -> [Frame] { driver.take(id) }

    func receive(_ message: [UInt8]) -> Chore? { driver.receive(message, from: id) }

    func carryOut(_ chore: Chore) async { await driver.carryOut(chore, for: id) }

    func leave() { sockets.leave(self) }
}
