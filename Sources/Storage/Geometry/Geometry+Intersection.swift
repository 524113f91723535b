import Glibc

func dot(_ a: Geometry.Place, _ b: Geometry.Place) -> Double { (a * b).sum() }

func cross(_ a: Geometry.Place, _ b: Geometry.Place) -> Geometry.Place {
    Geometry.Place(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
}

extension Geometry {
    /// Whether two shapes have a place in common. Shapes that only touch along their edges may or may not have one.
    package func intersects(_ other: Geometry) -> Bool {
        if kind == .point { return other.holds(parts[0][0]) }
        if other.kind == .point { return holds(other.parts[0][0]) }
        let (box, otherBox) = (bounds, other.bounds)
        guard box.meet(otherBox) else { return false }
        let (own, others) = (edges(meeting: otherBox), other.edges(meeting: box))
        for edge in own
        where others.contains(where: { Self.crosses(edge.start, edge.end, $0.start, $0.end) }) { return true }
        switch (kind, other.kind) {
        case (.polygon, .polygon): return overlaps(other) || other.overlaps(self)
        case (.polygon, _): return other.parts[0].contains { holds($0) }
        case (_, .polygon): return parts[0].contains { other.holds($0) }
        default: return !Set(parts[0]).isDisjoint(with: other.parts[0])
        }
    }

    /// Whether a place is on the shape or in it.
    private func holds(_ place: Place) -> Bool {
        if kind == .point { return Self.length(place - parts[0][0]) <= Self.tolerance }
        return (kind == .polygon && contains(place)) || isOnEdge(place)
    }

    private func isOnEdge(_ place: Place) -> Bool {
        edges.contains { Self.distance(place, $0, $1) <= Self.tolerance }
    }

    /// Whether a polygon whose edges cross none of this one reaches into it.
    private func overlaps(_ other: Geometry) -> Bool {
        if let inner = other.interior, contains(inner) { return true }
        return other.parts[0].contains { contains($0) && !isOnEdge($0) }
    }

    /// Whether a place is inside the first ring and in none of the holes.
    private func contains(_ place: Place) -> Bool {
        dot(place, center) > 0 && Self.winds(parts[0], around: place)
            && !parts.dropFirst().contains { Self.winds($0, around: place) }
    }

    /// Looks for a place beside the edges that promise most: each look takes as long as there are edges.
    func searchInterior() -> Place? {
        for (a, b) in promisingEdges {
            let (middle, side) = ((a + b) / 2, cross(a, b))
            for step in [1e-3, -1e-3, 1e-5, -1e-5] {
                let place = middle + side * step
                if contains(place / Self.length(place)) { return place / Self.length(place) }
            }
        }
        return nil
    }

    /// Some of the edges: the longest ones, beside which there is most room, and others of every length.
    private var promisingEdges: [(Place, Place)] {
        let count = 16
        guard edges.count > 2 * count else { return edges }
        let sorted = edges.sorted { Self.length($0.1 - $0.0) > Self.length($1.1 - $1.0) }
        let others = stride(from: count, to: sorted.count, by: (sorted.count - count) / count)
        return sorted.prefix(count) + others.map { sorted[$0] }
    }

    /// Whether a ring goes around a place, or around the opposite of it.
    static func winds(_ ring: [Place], around place: Place) -> Bool {
        var angle = 0.0
        var last = ring[ring.count - 1]
        var height = dot(last, place)
        for next in ring {
            let nextHeight = dot(next, place)
            angle += atan2(dot(place, cross(last, next)), dot(last, next) - height * nextHeight)
            (last, height) = (next, nextHeight)
        }
        return abs(angle) > .pi
    }

    /// Whether two edges cross at a place inside both.
    static func crosses(_ a: Place, _ b: Place, _ c: Place, _ d: Place) -> Bool {
        let ab = cross(a, b)
        let (left, right) = (-dot(ab, c), dot(ab, d))
        guard left * right > 0 else { return false }
        let cd = cross(c, d)
        return left * -dot(cd, b) > 0 && left * dot(cd, a) > 0
    }

    /// The distance of a place from an edge, in radians where it is small.
    private static func distance(_ place: Place, _ a: Place, _ b: Place) -> Double {
        let normal = cross(a, b)
        guard dot(cross(normal, a), place) > 0, dot(cross(b, normal), place) > 0 else {
            return min(length(place - a), length(place - b))
        }
        return abs(dot(normal, place)) / length(normal)
    }

    static func length(_ vector: Place) -> Double { dot(vector, vector).squareRoot() }
}
