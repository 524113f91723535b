import Storage
import Values

/// One go of a runner: from the first delivery that is due until none is left.
extension DeliveryRunner {
    /// What a task of a round comes back with.
    private enum News: Sendable {
        case landed(String, DeliveryResult?)
        case tick
    }

    /// How long a result waits for others to be acknowledged with, and new deliveries for slow ones.
    private static let tick = Duration.milliseconds(100)
    /// How old a lease may be when a request begins.
    private static let freshness = Duration.milliseconds(DeliveryQueue.leaseMilliseconds / 3)

    /// - Returns: how many tries there were.
    func round() async throws -> Int {
        var board = DeliveryBoard()
        var (tries, renewed) = (0, ContinuousClock.now)
        var (mayFindMore, isTicking) = (true, false)
        try await withThrowingTaskGroup(of: News.self) { group in
            while true {
                try Task.checkCancellation()
                if mayFindMore { mayFindMore = try await lease(onto: &board) }
                if ContinuousClock.now - renewed > Self.freshness {
                    try await renew(&board)
                    renewed = .now
                }
                while let item = board.next() {
                    tries += 1
                    group.addTask { .landed(item.id, await self.send(item)) }
                }
                guard board.isFlying else {
                    let isSettled = try await acknowledge(&board)
                    mayFindMore = mayFindMore || isSettled
                    if board.isEmpty, !mayFindMore { break }
                    continue
                }
                if !isTicking {
                    isTicking = true
                    group.addTask {
                        try? await Task.sleep(for: Self.tick)
                        return .tick
                    }
                }
                guard let news = try await group.next() else { continue }
                var settles = true
                switch news {
                case .landed(let id, let result):
                    board.landed(id, result)
                    settles = board.results.count >= DeliveryBoard.batch
                case .tick:
                    isTicking = false
                    mayFindMore = true
                }
                if settles, try await acknowledge(&board) { mayFindMore = true }
            }
            group.cancelAll()
        }
        return tries
    }

    /// Leases what there is room for.
    /// - Returns: whether there may be more.
    private func lease(onto board: inout DeliveryBoard) async throws -> Bool {
        guard let seeker = seeker(holding: board.held) else { return false }
        let now = clock.now
        let state = board
        let found = try await store.write { session in
            var items: [DeliveryBoard.Item] = []
            var bytes = state.bytes
            var mayBeMore = false
            for listener in try WebhookDirectory.listeners(in: session) where bytes < DeliveryBoard.capacityInBytes {
                let room = min(state.room(for: listener.uid), DeliveryBoard.capacity - items.count)
                guard room > 0, let row = try session.row(listener.id, in: WebhookTables.webhooks) else { continue }
                let leased = try DeliveryQueue.lease(for: listener.uid, limit: room, to: seeker, at: now, in: session)
                mayBeMore = mayBeMore || leased.mayBeMore
                bytes += leased.deliveries.reduce(0) { $0 + $1.size }
                items += leased.deliveries.map { DeliveryBoard.Item($0, Webhook(row)) }
            }
            return (items: items, mayBeMore: mayBeMore)
        }
        if !found.items.isEmpty { CrashPoint.reach("delivery.leased") }
        board.add(found.items)
        return found.mayBeMore
    }

    /// - Returns: nil where it was given up, because the process ends.
    private func send(_ item: DeliveryBoard.Item) async -> DeliveryResult? {
        let result = await send(item.delivery, to: item.webhook)
        CrashPoint.reach("delivery.sent")
        return result
    }

    /// Writes down what has landed.
    /// - Returns: whether there was anything.
    private func acknowledge(_ board: inout DeliveryBoard) async throws -> Bool {
        guard !board.results.isEmpty else { return false }
        let (results, names) = board.settle()
        let (now, owner) = (clock.now, owner)
        let failed = try await store.write { session in
            try DeliveryQueue.acknowledge(results, names: names, for: owner, at: now, in: session)
        }
        if !failed.isEmpty {
            // By itself, because it is a change of the schema.
            try await store.write(grouped: false) { session in
                for id in failed { try DeliveryQueue.disable(id, at: now, in: session) }
            }
        }
        CrashPoint.reach("delivery.acknowledged")
        return true
    }

    /// Keeps what is leased, and gives up what was taken over.
    private func renew(_ board: inout DeliveryBoard) async throws {
        let (ids, now, owner) = (board.held, clock.now, owner)
        guard !ids.isEmpty else { return }
        board.keep(try await store.write { try DeliveryQueue.renew(ids, for: owner, at: now, in: $0) })
    }
}
