import Values

/// The operands of a bound comparison of distances.
struct DistanceQuery {
    let longitude: Double
    let latitude: Double
    let metres: Double

    /// Distances that differ by less, in metres, are equal.
    static let tolerance = 0.001

    init(_ operands: [JSON]) {
        (longitude, latitude) = operands[0].point ?? (0, 0)
        metres = operands[1].number ?? 0
    }

    /// The angle of a circle around the point that holds everything so close, with room for rounding.
    var angle: Double { (metres * 1.000001 + 1) / Geometry.radius }

    var bounds: Geometry.Bounds {
        Geometry.Bounds(around: Geometry.place(longitude: longitude, latitude: latitude), angle: min(.pi, angle))
    }
}

extension JSON {
    /// Longitude and latitude of a point's coordinates.
    var point: (Double, Double)? {
        guard case .array(let pair) = self, pair.count == 2, let longitude = pair[0].number,
            let latitude = pair[1].number
        else { return nil }
        return (longitude, latitude)
    }
}
