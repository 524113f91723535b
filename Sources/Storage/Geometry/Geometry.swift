import Glibc
package import Values

/// A shape on the Earth as GeoJSON means it: a point, a line, or a polygon with holes, whose edges are the shortest
/// ways between their ends.
///
/// Places are vectors of length 1, so that neither the poles nor the date line are special.
package struct Geometry: Sendable {
    package enum Kind: String, Sendable {
        case point, line, polygon
    }

    typealias Place = SIMD3<Double>

    package let kind: Kind
    /// The coordinates as they are stored: every number a double.
    package let coordinates: JSON
    /// A point and a line have one list. Rings of a polygon end before they are closed, the outer one comes first.
    let parts: [[Place]]
    /// The edges of a line, or of all rings.
    let edges: [(Place, Place)]
    /// The direction of its middle, by the places of a line or of the outer ring.
    let center: Place
    /// A box that holds the whole shape.
    let bounds: Bounds
    /// What ``interior`` found, where that was asked for in time.
    private var foundInterior: Place??

    /// The radius that MongoDB takes for the Earth's, in metres.
    package static let radius = 6_378_100.0
    /// How close two places are taken for one, in radians: 5 millimetres.
    static let tolerance = 0.005 / radius
    /// How many points a geometry may have.
    package static let maximumPoints = 5000

    /// What is wrong with coordinates.
    package struct Fault: Error, Equatable {
        /// For example `[0][3]`; empty for the whole.
        package var place: String
        /// What would be right, to follow "must be".
        package var rule: String
    }

    /// Reads `[longitude, latitude]`, a list of such points, or a list of rings.
    ///
    /// - Parameter kind: what it has to be; nil for what the nesting says.
    package init(_ coordinates: JSON, as kind: Kind? = nil) throws(Fault) {
        let kind = kind ?? Self.kind(of: coordinates)
        var reader = Reader()
        switch kind {
        case .point:
            let point = try reader.point(coordinates, "")
            self.init(kind, point.json, [[point.place]])
        case .line:
            let line = try reader.line(coordinates)
            self.init(kind, line.json, [line.places])
        case .polygon:
            let rings = try reader.rings(coordinates)
            self.init(kind, .array(rings.map(\.json)), rings.map(\.places))
            try checkPolygon()
        }
    }

    private init(_ kind: Kind, _ coordinates: JSON, _ parts: [[Place]]) {
        (self.kind, self.coordinates, self.parts) = (kind, coordinates, parts)
        edges = parts.flatMap { part in
            let ends = kind == .polygon ? part.dropFirst() + [part[0]] : part.dropFirst()
            return Array(zip(part, ends))
        }
        let sum = parts[0].reduce(Place(), +)
        center = sum / max(Self.length(sum), 1e-300)
        bounds = Bounds(of: parts[0], kind, edges, center)
    }

    /// A geometry that was checked when it was stored; nil for what is none.
    init?(stored text: UnsafeBufferPointer<UInt8>) {
        guard let coordinates = try? JSON(parsing: text) else { return nil }
        var reader = Reader()
        let kind = Self.kind(of: coordinates)
        do throws(Fault) {
            let parts =
                switch kind {
                case .point: [[try reader.point(coordinates, "").place]]
                case .line: [try reader.line(coordinates).places]
                case .polygon: try reader.rings(coordinates).map(\.places)
                }
            self.init(kind, coordinates, parts)
        } catch { return nil }
    }

    /// A place inside a polygon, close to one of its edges; nil when it has no area to speak of.
    var interior: Place? { foundInterior ?? searchInterior() }

    /// Keeps ``interior``, for a shape that many others are compared with.
    mutating func findInterior() {
        if foundInterior == nil { foundInterior = .some(searchInterior()) }
    }

    private static func kind(of coordinates: JSON) -> Kind {
        guard case .array(let first)? = coordinates.array?.first else { return .point }
        if case .array? = first.first { return .polygon }
        return .line
    }

    static func place(longitude: Double, latitude: Double) -> Place {
        let (lambda, phi) = (longitude * .pi / 180, latitude * .pi / 180)
        return Place(cos(phi) * cos(lambda), cos(phi) * sin(lambda), sin(phi))
    }

    /// The distance between two points on the sphere, in metres.
    package static func distance(_ from: (Double, Double), _ to: (Double, Double)) -> Double {
        let (phi1, phi2) = (from.1 * .pi / 180, to.1 * .pi / 180)
        let (north, east) = (sin((phi2 - phi1) / 2), sin((to.0 - from.0) * .pi / 180 / 2))
        return 2 * radius * asin(min(1, (north * north + cos(phi1) * cos(phi2) * east * east).squareRoot()))
    }
}
