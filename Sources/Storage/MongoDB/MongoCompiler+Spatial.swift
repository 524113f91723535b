import Values

extension MongoCompiler {
    static func intersects(_ operand: JSON, _ writer: inout BSONWriter) {
        writer.document("$geoIntersects") { MongoTable.write(scalar: operand, .geometry, "$geometry", to: &$0) }
    }

    /// The distance of points is computed by an expression, exactly and for documents of no index; where it has an upper
    /// limit, a circle that is a little larger lets an index find the surroundings.
    func distance(_ name: String, _ comparison: Comparison, _ operands: [JSON]) -> [UInt8] {
        let query = DistanceQuery(operands)
        let distance = Self.distance("$\(name).coordinates", query)
        let difference: JSON = ["$abs": ["$subtract": [distance, .double(query.metres)]]]
        let condition: JSON =
            switch comparison {
            case .distanceLessThan: ["$lt": [distance, .double(query.metres)]]
            case .distanceGreaterThan: ["$gt": [distance, .double(query.metres)]]
            case .distanceNotEqual: ["$gt": [difference, .double(DistanceQuery.tolerance)]]
            default: ["$lte": [difference, .double(DistanceQuery.tolerance)]]
            }
        let isNear = comparison == .distanceLessThan || comparison == .distanceEqual
        return BSONWriter.document { writer in
            writer.string(.named(name + ".type"), "Point")
            if isNear, query.angle < 3 {
                writer.document(.named(name)) { field in
                    field.document("$geoWithin") { circle in
                        let center: JSON = [.double(query.longitude), .double(query.latitude)]
                        circle.json("$centerSphere", [center, .double(query.angle)])
                    }
                }
            }
            writer.json("$expr", condition)
        }
    }

    /// The haversine formula, step by step as ``Geometry/distance(_:_:)`` has it.
    private static func distance(_ path: String, _ query: DistanceQuery) -> JSON {
        func coordinate(_ index: Int64) -> JSON {
            let isList: JSON = ["$isArray": .string(path)]
            return ["$cond": [isList, ["$arrayElemAt": [.string(path), .int(index)]], 0.0]]
        }
        func radians(_ value: JSON) -> JSON { ["$degreesToRadians": value] }
        let latitude = query.latitude * .pi / 180
        let squares: JSON = [
            "$let": [
                "vars": [
                    "phi": radians(coordinate(1)),
                    "east": radians(["$subtract": [coordinate(0), .double(query.longitude)]]),
                ],
                "in": [
                    "$add": [
                        ["$pow": [["$sin": ["$divide": [["$subtract": ["$$phi", .double(latitude)]], 2.0]]], 2.0]],
                        [
                            "$multiply": [
                                ["$cos": .double(latitude)], ["$cos": "$$phi"],
                                ["$pow": [["$sin": ["$divide": ["$$east", 2.0]]], 2.0]],
                            ]
                        ],
                    ]
                ],
            ]
        ]
        return ["$multiply": [.double(2 * Geometry.radius), ["$asin": ["$min": [1.0, ["$sqrt": squares]]]]]]
    }
}
