import Storage
import Values

extension QueryBinding {
    /// Binds a comparison that has to do with shapes; nil for any other.
    func bindShapes(
        _ name: String,
        _ field: QueryField,
        _ comparison: Comparison,
        _ operands: [JSON]
    ) throws(AppError) -> Filter? {
        switch comparison {
        case .isNull, .isNotNull: return nil
        case .intersects, .notIntersects:
            try checkShapes(field, name, comparison)
            return .compare(field.storeKey, comparison, [try shape(operands[0], name, comparison).coordinates])
        case .distanceEqual, .distanceNotEqual, .distanceLessThan, .distanceGreaterThan:
            try checkShapes(field, name, comparison)
            return .compare(field.storeKey, comparison, try distance(operands[0], name, field, comparison))
        default:
            guard field.kind != .geometry else {
                throw invalid(
                    "'\(comparison.rawValue)' does not work on '\(name)', which holds shapes; use intersects, "
                        + "notIntersects, distanceLessThan and its kin, isNull or isNotNull"
                )
            }
            return nil
        }
    }

    private func checkShapes(_ field: QueryField, _ name: String, _ comparison: Comparison) throws(AppError) {
        guard field.kind == .geometry else {
            throw invalid("'\(comparison.rawValue)' does not work on '\(name)', which holds no shapes")
        }
    }

    private func shape(_ operand: JSON, _ name: String, _ comparison: Comparison) throws(AppError) -> Geometry {
        do throws(Geometry.Fault) { return try Geometry(operand) } catch {
            let place: Prose = error.place.isEmpty ? "its shape" : "\(error.place) of its shape"
            throw invalid("'\(comparison.rawValue)' on '\(name)': \(place) must be \(error.rule)")
        }
    }

    /// Reads `[shape, distance, meters]` into a point and a distance.
    private func distance(
        _ operand: JSON,
        _ name: String,
        _ field: QueryField,
        _ comparison: Comparison
    ) throws(AppError) -> [JSON] {
        guard case .array(let parts) = operand, (2...3).contains(parts.count), let metres = parts[1].number, metres >= 0
        else {
            throw invalid(
                "'\(comparison.rawValue)' on '\(name)' takes one value [[longitude, latitude], distance, true], the "
                    + "distance a number of metres"
            )
        }
        guard parts.count == 2 || parts[2] == true else {
            throw invalid("'\(comparison.rawValue)' measures in metres, so the third part of its value must be true")
        }
        let shape = try shape(parts[0], name, comparison)
        guard shape.kind == .point, field.holdsPoints else {
            throw invalid("'\(comparison.rawValue)' measures between points only; intersects takes any shape")
        }
        return [shape.coordinates, .double(metres)]
    }
}
