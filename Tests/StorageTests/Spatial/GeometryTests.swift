import Foundation
import Testing
import Values

@testable import Storage

@Suite("Shapes on the Earth")
struct GeometryTests {
    private static let square: JSON = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]
    private static let hole: JSON = [[4, 4], [6, 4], [6, 6], [4, 6], [4, 4]]

    static let faults: [(Geometry.Kind, JSON, String)] = [
        (.point, "x", ""), (.point, [1], ""), (.point, [1, 2, 3], ""), (.point, [181, 0], "[0]"),
        (.point, [0, -90.5], "[1]"),
        (.point, ["1", 2], "[0]"), (.point, [[1, 2]], ""), (.point, .null, ""),
        (.line, [[0, 0]], ""), (.line, [[0, 0], [0, 0]], "[1]"), (.line, [[0, 0], [1, 1], [2]], "[2]"),
        (.line, [[0, 0], [180, 0]], "[1]"), (.line, [1, 2], "[0]"),
        (.polygon, [], ""), (.polygon, [[[0, 0], [1, 0], [0, 0]]], "[0]"),
        (.polygon, [[[0, 0], [1, 0], [1, 1], [0, 1]]], "[0][3]"),
        (.polygon, [[[0, 0], [1, 0], [1, 91], [0, 0]]], "[0][2][1]"),
        (.polygon, [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]], "[0]"),
        (.polygon, [[[0, 0], [1, 0], [0.5, 1], [1, 0.5], [0.5, 1], [0, 0]]], "[0]"),
        (.polygon, [[[0, 0], [1, 0], [2, 0], [0, 0]]], "[0]"),
        (.polygon, [square, [[20, 20], [21, 20], [21, 21], [20, 20]]], "[1]"),
        (.polygon, [square, hole, [[5, 5], [5.5, 5], [5.5, 5.5], [5, 5]]], "[2]"),
        (.polygon, [square, [[5, 5], [15, 5], [5, 6], [5, 5]]], "[1]"),
        (.polygon, [[[-100, -10], [0, 80], [100, -10], [180, -60], [-100, -10]]], "[0]"),
    ]

    @Test(arguments: faults)
    func aBadShapeIsNamed(_ kind: Geometry.Kind, _ coordinates: JSON, _ place: String) {
        let fault = #expect(throws: Geometry.Fault.self) { try Geometry(coordinates, as: kind) }
        #expect(fault?.place == place)
        #expect(fault?.rule.isEmpty == false)
    }

    @Test func aShapeHasAtMost5000Points() throws {
        func line(_ count: Int) -> JSON { .array((0..<count).map { [.double(Double($0) / 100), 1] }) }
        #expect(try Geometry(line(5000)).kind == .line)
        #expect(throws: Geometry.Fault.self) { try Geometry(line(5001)) }
    }

    @Test func aPolygonOfManyPointsIsCheckedWhole() throws {
        func star(_ swapped: Int?) -> JSON {
            var points: [JSON] = (0..<4999).map { number in
                let angle = Double(number) * 2 * .pi / 4999
                return [.double(10 * cos(angle)), .double(10 * sin(angle))]
            }
            if let swapped { points.swapAt(swapped, swapped + 1) }
            return [.array(points + [points[0]])]
        }
        let circle = try Geometry(star(nil), as: .polygon)
        #expect(circle.intersects(try Geometry([3, 4])))
        #expect(try !circle.intersects(Geometry([8, 8])))
        #expect(circle.intersects(try Geometry([[-20, 1], [20, 1]])))
        #expect(throws: Geometry.Fault.self) { try Geometry(star(2500), as: .polygon) }
    }

    @Test func aSliverOfManyPointsIsRefusedSoon() {
        func side(_ latitude: Double, _ places: some Sequence<Int>) -> [JSON] {
            places.map { [.double(Double($0) / 50), .double(latitude)] }
        }
        let ring = side(0, 0..<2400) + side(1e-9, (0..<2400).reversed())
        let clock = ContinuousClock()
        let time = clock.measure {
            let fault = #expect(throws: Geometry.Fault.self) {
                try Geometry([.array(ring + [ring[0]])], as: .polygon)
            }
            #expect(fault?.rule == "a ring around an area")
        }
        #expect(time < .seconds(10))
    }

    /// A comb has long edges only, between which there is little room.
    @Test func aCombHasAnInside() throws {
        var ring: [JSON] = []
        for tooth in 0..<1200 {
            let left = Double(tooth) / 100
            ring += [
                [.double(left), 0.5], [.double(left), 10], [.double(left + 0.005), 10], [.double(left + 0.005), 0.5],
            ]
        }
        ring += [[12, 0], [0, 0]]
        let comb = try Geometry([.array(ring + [ring[0]])], as: .polygon)
        #expect(comb.intersects(try Geometry([5.002, 9])))
        #expect(try !comb.intersects(Geometry([5.007, 9])))
        #expect(comb.intersects(try Geometry([[[4, 0.1], [5, 0.1], [5, 0.2], [4, 0.1]]])))
    }

    @Test func coordinatesBecomeDoubles() throws {
        #expect(try Geometry([13, -0.0]).coordinates.text == "[13.0,0.0]")
        #expect(try Geometry([[0, 1], [2, 3]]).coordinates.text == "[[0.0,1.0],[2.0,3.0]]")
    }

    static let pairs: [(JSON, JSON, Bool)] = [
        ([1, 2], [1, 2], true), ([1, 2], [1, 2.001], false), ([180, 5], [-180, 5], true), ([7, 90], [0, 90], true),
        ([5, 0], [[0, 0], [10, 0]], true), ([5, 0.001], [[0, 0], [10, 0]], false),
        ([11, 0], [[0, 0], [10, 0]], false),
        // The shortest way between two places of one latitude runs closer to the pole.
        ([5, 50.001], [[0, 50], [10, 50]], false), ([5, 50.1081], [[0, 50], [10, 50]], false),
        ([5, 50.05], [[[0, 50], [10, 50], [5, 40], [0, 50]]], true),
        ([5, 50.2], [[[0, 50], [10, 50], [5, 40], [0, 50]]], false),
        ([[0, 0], [10, 10]], [[0, 10], [10, 0]], true), ([[0, 0], [10, 10]], [[0, 10], [4, 6]], false),
        ([[0, 0], [1, 1]], [[1, 1], [2, 0]], true), ([[170, 0], [-170, 1]], [[179, -5], [179, 5]], true),
        ([5, 1], [square, hole], true), ([5, 5], [square, hole], false), ([0, 0], [square], true),
        ([-5, 5], [square], false),
        ([-175, -5], [square], false), ([0, 89], [[[0, 80], [120, 80], [-120, 80], [0, 80]]], true),
        ([180, 0], [[[179, -1], [-179, -1], [-179, 1], [179, 1], [179, -1]]], true),
        ([[4.5, 5], [5.5, 5]], [square, hole], false), ([[3, 5], [5, 5]], [square, hole], true),
        ([[1, 1], [2, 2]], [square], true),
        ([[-5, 5], [15, 5]], [square], true), ([square], [square], true), ([square], [square, hole], true),
        ([hole], [square], true), ([hole], [square, [[3, 3], [7, 3], [7, 7], [3, 7], [3, 3]]], false),
        ([square], [[[20, 20], [21, 20], [21, 21], [20, 20]]], false),
    ]

    @Test(arguments: pairs)
    func intersect(_ one: JSON, _ other: JSON, _ expected: Bool) throws {
        #expect(try Geometry(one).intersects(try Geometry(other)) == expected)
        #expect(try Geometry(other).intersects(try Geometry(one)) == expected)
    }

    static let distances: [((Double, Double), (Double, Double), Double)] = [
        ((0, 0), (0, 0), 0), ((0, 0), (180, 0), 20_037_392.103), ((0, 0), (0, 90), 10_018_696.051),
        ((13.4, 52.5), (2.35, 48.86), 877_191.19), ((179.999, 0), (-179.999, 0), 222.637),
    ]

    @Test(arguments: distances)
    func areSoFarApart(_ one: (Double, Double), _ other: (Double, Double), _ metres: Double) {
        #expect(abs(Geometry.distance(one, other) - metres) < max(0.001, metres * 1e-4))
        #expect(Geometry.distance(one, other) == Geometry.distance(other, one))
    }

    @Test func boxesHoldWhatRisesAboveTheirCorners() throws {
        let polar = try Geometry([[[0, 60], [120, 60], [-120, 60], [0, 60]]]).bounds
        #expect(polar.high.z >= 1 && polar.low.z <= 0.867)
        let line = try Geometry([[-60, 50], [60, 50]]).bounds
        #expect(line.high.z >= 0.92 && line.low.z <= 0.767)
        let circle = Geometry.Bounds(around: Geometry.Place(0, 0, 1), angle: .pi)
        #expect(circle.low.x <= -1 && circle.high.x >= 1 && circle.low.z <= -1)
    }
}
