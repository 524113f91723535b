import Glibc

extension Geometry {
    /// A box in space around a part of the sphere.
    struct Bounds {
        var low: Place
        var high: Place

        /// Least and greatest value of each axis, in the order of an R*Tree's columns.
        var values: [Double] { [low.x, high.x, low.y, high.y, low.z, high.z] }

        /// A circle around a place, with its radius as an angle.
        init(around place: Place, angle: Double) {
            func extreme(_ value: Double, _ step: Double) -> Double {
                cos(min(.pi, max(0, acos(min(1, max(-1, value))) + step)))
            }
            low = Place(extreme(place.x, angle), extreme(place.y, angle), extreme(place.z, angle)) - Self.padding
            high = Place(extreme(place.x, -angle), extreme(place.y, -angle), extreme(place.z, -angle)) + Self.padding
        }

        /// Places with the edges between them, each of which rises above its chord by no more than `rise`.
        init(_ places: [Place], rise: Double) {
            low = places.dropFirst().reduce(places[0]) { pointwiseMin($0, $1) } - (rise + Self.padding)
            high = places.dropFirst().reduce(places[0]) { pointwiseMax($0, $1) } + (rise + Self.padding)
        }

        /// A whole shape, whose first part is the only one that matters.
        init(of part: [Place], _ kind: Kind, _ edges: [(Place, Place)], _ center: Place) {
            guard kind == .polygon else {
                let rise = edges.map { Geometry.rise($0, $1) }.max() ?? 0
                self.init(part, rise: rise)
                return
            }
            // The circle around the middle that holds every corner holds the edges and the inside, too.
            let least = part.map { dot($0, center) }.min() ?? 0
            self.init(around: center, angle: acos(min(1, max(-1, least))))
        }

        func meet(_ other: Bounds) -> Bool {
            low.x <= other.high.x && low.y <= other.high.y && low.z <= other.high.z && other.low.x <= high.x
                && other.low.y <= high.y && other.low.z <= high.z
        }

        /// More than what rounding makes of a place.
        private static let padding = 1e-8
    }

    /// How far an edge rises above its chord.
    fileprivate static func rise(_ a: Place, _ b: Place) -> Double { 1 - sqrt(max(0, (1 + dot(a, b)) / 2)) }

    /// An edge with its place in a ring and the box around it.
    struct Edge {
        let start: Place
        let end: Place
        let position: Int
        let bounds: Bounds

        init(_ start: Place, _ end: Place, _ position: Int) {
            (self.start, self.end, self.position) = (start, end, position)
            bounds = Bounds([start, end], rise: Geometry.rise(start, end))
        }
    }

    /// The edges that meet a box.
    func edges(meeting box: Bounds) -> [Edge] {
        edges.enumerated().map { Edge($1.0, $1.1, $0) }.filter { $0.bounds.meet(box) }
    }
}
