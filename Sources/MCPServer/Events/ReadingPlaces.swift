/// How far the client has read each resource that keeps no place of its own, for as long as the server runs.
struct ReadingPlaces: Sendable {
    private var places: [EventURI: (cursor: String, use: UInt64)] = [:]
    private var uses: UInt64 = 0

    /// How many are remembered beside those that are watched; the one that was used longest ago goes first.
    private static let maximum = 100

    subscript(uri: EventURI) -> String? { places[uri]?.cursor }

    /// - Parameter watched: those that must be kept.
    mutating func set(_ uri: EventURI, to cursor: String, keeping watched: Set<EventURI>) {
        guard case .channels = uri.target else { return }
        uses += 1
        places[uri] = (cursor, uses)
        let others = places.filter { !watched.contains($0.key) && $0.key != uri }
        guard others.count >= Self.maximum, let oldest = others.min(by: { $0.value.use < $1.value.use }) else { return }
        places[oldest.key] = nil
    }
}
