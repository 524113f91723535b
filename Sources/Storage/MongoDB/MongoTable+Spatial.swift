import Values

extension MongoTable {
    /// Writes coordinates as GeoJSON.
    static func write(shape coordinates: JSON, _ key: BSONKey, to writer: inout BSONWriter) {
        var type = "Point"
        if case .array(let first)? = coordinates.array?.first {
            if case .array? = first.first { type = "Polygon" } else { type = "LineString" }
        }
        writer.document(key) { shape in
            shape.string("type", type)
            shape.json("coordinates", coordinates)
        }
    }

    /// The coordinates of GeoJSON, their numbers as doubles, whoever wrote them.
    static func coordinates(_ element: BSONView.Element) throws -> JSON {
        guard let shape = try element.document, let coordinates = try shape["coordinates"] else { return .null }
        return doubles(try coordinates.json)
    }

    private static func doubles(_ value: JSON) -> JSON {
        switch value {
        case .array(let items): .array(items.map(doubles))
        case .int(let number): .double(Double(number))
        default: value
        }
    }
}
