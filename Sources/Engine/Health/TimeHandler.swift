import Values

/// `health.getTime`: whether the clock of this machine is right, by that of a time server.
struct TimeHandler: Sendable {
    let outgoing: any Outgoing
    let clock: WallClock

    var handler: Handler {
        Handler(ids: ["health.getTime"]) { _ in Work(body: .apart { _ in try await answer() }) }
    }

    private func answer() async throws -> Response {
        let remote: Timestamp
        do throws(OutgoingError) { remote = try await outgoing.time() } catch {
            throw AppError(.healthInvalidHost, error.message, hint: error.hint)
        }
        let local = clock.now
        let difference = Double(remote.milliseconds - local.milliseconds) / 1000
        return Response([
            "remoteTime": .int(remote.milliseconds / 1000), "localTime": .int(local.milliseconds / 1000),
            "diff": .int(Int64(difference.rounded())),
        ])
    }
}
