import Values

extension Geometry {
    /// Reads coordinates and checks what each of them must be.
    struct Reader {
        private var count = 0

        typealias Part = (json: JSON, places: [Place])

        mutating func point(_ value: JSON, _ place: String) throws(Fault) -> (json: JSON, place: Place) {
            count += 1
            guard count <= maximumPoints else { throw Fault(place: "", rule: "of at most \(maximumPoints) points") }
            guard case .array(let pair) = value, pair.count == 2 else {
                throw Fault(place: place, rule: "a point [longitude, latitude]")
            }
            guard let longitude = pair[0].number, abs(longitude) <= 180 else {
                throw Fault(place: place + "[0]", rule: "a longitude from -180 to 180")
            }
            guard let latitude = pair[1].number, abs(latitude) <= 90 else {
                throw Fault(place: place + "[1]", rule: "a latitude from -90 to 90")
            }
            // No sign of a zero, which not every store keeps.
            let json: JSON = [.double(longitude == 0 ? 0 : longitude), .double(latitude == 0 ? 0 : latitude)]
            return (json, Geometry.place(longitude: longitude, latitude: latitude))
        }

        mutating func line(_ value: JSON, _ place: String = "") throws(Fault) -> Part {
            guard case .array(let items) = value, items.count >= 2 else {
                throw Fault(place: place, rule: "a list of at least 2 points [longitude, latitude]")
            }
            var part: Part = (.null, [])
            var points: [JSON] = []
            for (index, item) in items.enumerated() {
                let point = try point(item, "\(place)[\(index)]")
                if let last = part.places.last {
                    guard point.place != last else {
                        throw Fault(place: "\(place)[\(index)]", rule: "another place than the point before it")
                    }
                    guard dot(point.place, last) > -1 + 1e-9 else {
                        throw Fault(
                            place: "\(place)[\(index)]",
                            rule: "less than half-way around the Earth from the point before it"
                        )
                    }
                }
                points.append(point.json)
                part.places.append(point.place)
            }
            part.json = .array(points)
            return part
        }

        mutating func rings(_ value: JSON) throws(Fault) -> [Part] {
            guard case .array(let items) = value, !items.isEmpty else {
                throw Fault(place: "", rule: "a list of rings, each a list of at least 4 points [longitude, latitude]")
            }
            var rings: [Part] = []
            for (index, item) in items.enumerated() { rings.append(try ring(item, "[\(index)]")) }
            return rings
        }

        private mutating func ring(_ value: JSON, _ place: String) throws(Fault) -> Part {
            guard let count = value.array?.count, count >= 4 else {
                throw Fault(place: place, rule: "a ring of at least 4 points [longitude, latitude]")
            }
            var ring = try line(value, place)
            guard ring.json.array?.first == ring.json.array?.last else {
                throw Fault(place: "\(place)[\(count - 1)]", rule: "the first point of its ring, which closes it")
            }
            ring.places.removeLast()
            return ring
        }
    }

    /// Checks what makes rings a polygon; the rules are those of MongoDB, which refuses to index anything else.
    mutating func checkPolygon() throws(Fault) {
        for (index, ring) in parts.enumerated() {
            guard Set(ring).count == ring.count else {
                throw Fault(place: "[\(index)]", rule: "a ring that meets no point twice")
            }
            guard !Self.crossesItself(ring) else {
                throw Fault(place: "[\(index)]", rule: "a ring that doesn't cross itself")
            }
        }
        let center = center
        guard parts[0].allSatisfy({ dot($0, center) > 1e-6 }) else {
            throw Fault(place: "[0]", rule: "a ring within a quarter of the way around the Earth from its middle")
        }
        for (index, hole) in parts.enumerated().dropFirst() {
            let others = parts[..<index]
            guard Self.winds(parts[0], around: hole[0]),
                !others.dropFirst().contains(where: { Self.winds($0, around: hole[0]) }),
                !others.contains(where: { Self.cross($0, hole) })
            else { throw Fault(place: "[\(index)]", rule: "a hole inside the first ring and apart from other holes") }
        }
        findInterior()
        guard interior != nil else { throw Fault(place: "[0]", rule: "a ring around an area") }
    }

    /// Looks only at edges whose boxes meet along one axis, which for most shapes are few.
    private static func crossesItself(_ ring: [Place]) -> Bool {
        let edges = ring.indices.map { Edge(ring[$0], ring[($0 + 1) % ring.count], $0) }.sorted {
            $0.bounds.low.x < $1.bounds.low.x
        }
        for first in edges.indices {
            for second in edges[(first + 1)...] {
                guard second.bounds.low.x <= edges[first].bounds.high.x else { break }
                let distance = abs(edges[first].position - second.position)
                guard distance > 1, distance < ring.count - 1, edges[first].bounds.meet(second.bounds) else { continue }
                if crosses(edges[first].start, edges[first].end, second.start, second.end) { return true }
            }
        }
        return false
    }

    private static func cross(_ one: [Place], _ two: [Place]) -> Bool {
        one.indices.contains { first in
            two.indices.contains { second in
                crosses(one[first], one[(first + 1) % one.count], two[second], two[(second + 1) % two.count])
            }
        }
    }
}
