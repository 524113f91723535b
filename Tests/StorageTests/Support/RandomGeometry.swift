import Foundation
import Storage
import TestSupport
import Values

/// Random shapes of all sizes around a few places, the poles and the date line among them.
struct RandomGeometry {
    var random: SplitMix64

    private static let centers: [(Double, Double)] = [(13.4, 52.5), (179.99, 0.01), (-40, -35), (0, 89.9), (60, 0)]
    private static let sizes = [0.01, 0.5, 8.0, 30.0]

    mutating func fraction() -> Double { Double(random.below(1_000_003)) / 1_000_003 }

    /// What lies in a direction from a place, in degrees.
    private func place(from center: (Double, Double), _ azimuth: Double, _ distance: Double) -> JSON {
        let (phi, delta) = (center.1 * .pi / 180, distance * .pi / 180)
        let latitude = asin(sin(phi) * cos(delta) + cos(phi) * sin(delta) * cos(azimuth))
        let east = atan2(sin(azimuth) * sin(delta) * cos(phi), cos(delta) - sin(phi) * sin(latitude))
        let longitude = remainder(center.0 + east * 180 / .pi, 360)
        return [.double(longitude), .double(latitude * 180 / .pi)]
    }

    mutating func point() -> JSON {
        place(from: random.pick(Self.centers), fraction() * 2 * .pi, random.pick(Self.sizes) * fraction())
    }

    mutating func line() -> JSON {
        let (center, size) = (random.pick(Self.centers), random.pick(Self.sizes))
        return .array(
            (0..<(2 + random.below(4))).map { _ in place(from: center, fraction() * 2 * .pi, size * fraction()) }
        )
    }

    /// A star around its middle, sometimes with a smaller one cut out of it.
    mutating func polygon() -> JSON {
        let middle = point().array!
        let (center, size) = ((middle[0].number!, middle[1].number!), random.pick(Self.sizes))
        let corners = 3 + random.below(5)
        let (turn, reach) = (fraction(), (0..<corners).map { _ in size * (0.5 + 0.5 * fraction()) })
        func ring(_ scale: Double) -> JSON {
            let points = reach.indices.map { index in
                place(from: center, 2 * .pi * (Double(index) + turn) / Double(corners), scale * reach[index])
            }
            return .array(points + [points[0]])
        }
        return random.once(in: 3) ? [ring(1), ring(0.4)] : [ring(1)]
    }

    mutating func shape() -> JSON {
        switch random.below(3) {
        case 0: point()
        case 1: line()
        default: polygon()
        }
    }

    /// A condition on the columns `place` (points) and `shape` (anything).
    mutating func filter() -> Filter {
        switch random.below(6) {
        case 0: return .compare("shape", .intersects, [shape()])
        case 1: return .compare("shape", .notIntersects, [shape()])
        case 2: return .compare("place", .intersects, [polygon()])
        case 3: return .or([.compare("place", .notIntersects, [polygon()]), .compare("shape", .intersects, [point()])])
        default:
            let comparison = random.pick(
                [.distanceLessThan, .distanceGreaterThan, .distanceEqual, .distanceNotEqual] as [Comparison]
            )
            let metres =
                random.pick([0, 800, 40_000, 2_000_000, 15_000_000, 30_000_000] as [Double]) * (0.5 + fraction())
            return .compare("place", comparison, [point(), .double(metres)])
        }
    }
}
