import Values

extension SQLCompiler {
    /// The distance of a point column from a point, after what a spatial index says of the surroundings.
    mutating func distance(
        _ field: String,
        _ comparison: Comparison,
        _ operands: [JSON],
        _ column: ColumnLayout
    ) -> String {
        let query = DistanceQuery(operands)
        let (longitude, latitude) = (mark(.real(query.longitude)), mark(.real(query.latitude)))
        let distance = "tandem_distance(\(field), \(longitude), \(latitude))"
        let metres = mark(.real(query.metres))
        let tolerance = "\(DistanceQuery.tolerance)"
        switch comparison {
        case .distanceGreaterThan: return "\(distance) > \(metres)"
        case .distanceNotEqual: return "abs(\(distance) - \(metres)) > \(tolerance)"
        case .distanceLessThan: return near(query.bounds, column) + "\(distance) < \(metres)"
        default: return near(query.bounds, column) + "abs(\(distance) - \(metres)) <= \(tolerance)"
        }
    }

    mutating func intersects(_ field: String, _ operand: JSON, _ column: ColumnLayout) -> String {
        let bounds = (try? Geometry(operand))?.bounds
        let around = bounds.map { near($0, column) } ?? ""
        return "\(around)tandem_intersects(\(field), \(mark(.text(operand.text))))"
    }

    /// The condition that a row's box meets another one, to be followed by one that is exact; empty without an index.
    private mutating func near(_ bounds: Geometry.Bounds, _ column: ColumnLayout) -> String {
        guard let index = table.layout.index(.spatial, on: column.key) else { return "" }
        let limits = zip(SQLiteSession.boxColumns, bounds.values).enumerated().map { position, limit in
            // The least value of the one is compared with the greatest of the other.
            let other = bounds.values[position ^ 1]
            return "\(limit.0) \(position % 2 == 0 ? "<=" : ">=") \(mark(.real(other)))"
        }
        return "\(alias)._seq IN (SELECT id FROM \(table.companionName(index.key)) WHERE "
            + limits.joined(separator: " AND ") + ") AND "
    }
}
