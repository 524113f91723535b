import TestSupport
import Testing
import Values

@testable import Engine

@Suite("Random operations on related rows against a model", .timeLimit(.minutes(5)))
struct RelationModelTests {
    @Test(arguments: Backend.available, ["oneToOne", "oneToMany", "manyToOne", "manyToMany"])
    func theTablesHoldWhatTheModelHolds(_ backend: Backend, _ kind: String) async throws {
        for (number, onDelete) in ["restrict", "setNull", "cascade"].enumerated() {
            for isTwoWay in [true, false] {
                try await withEngine(backend) { engine in
                    try await engine.makeLibrary()
                    try await engine.relate(
                        "books",
                        kind,
                        "tags",
                        "other",
                        twoWay: isTwoWay ? "back" : nil,
                        hidden: "back",
                        onDelete: onDelete
                    )
                    var trial = Trial(
                        engine: engine,
                        model: RelationModel(kind: kind, isTwoWay: isTwoWay, onDelete: onDelete),
                        random: SplitMix64(seed: UInt64(number * 2 + (isTwoWay ? 1 : 0)))
                    )
                    for _ in 0..<10 {
                        for _ in 0..<12 { try await trial.step() }
                        try await trial.compare()
                    }
                }
            }
        }
    }
}

/// One random run. Every step is one call whose outcome the model foretells.
private struct Trial {
    let engine: TestEngine
    var model: RelationModel
    var random: SplitMix64
    private var history: [String] = []

    init(engine: TestEngine, model: RelationModel, random: SplitMix64) {
        self.engine = engine
        self.model = model
        self.random = random
    }

    private func table(_ side: RelationModel.Side) -> String { side == .parent ? "books" : "tags" }
    private func key(_ side: RelationModel.Side) -> String { side == .parent ? "other" : "back" }
    private func isSeen(_ side: RelationModel.Side) -> Bool { side == .parent || model.isTwoWay }

    private mutating func id(_ side: RelationModel.Side) -> String {
        "\(side == .parent ? "p" : "c")\(random.below(9))"
    }

    /// What a call says of related rows; nil when it says nothing.
    private mutating func items(_ side: RelationModel.Side) -> (items: [RelationModel.Item], json: JSON)? {
        guard isSeen(side), !random.once(in: 5) else { return nil }
        var items: [RelationModel.Item] = []
        for _ in 0..<random.below(model.isToMany(side) ? 4 : 2) {
            let item = RelationModel.Item(id: id(side.other), isObject: random.once(in: 2))
            if !items.contains(where: { $0.id == item.id }) { items.append(item) }
        }
        let values = items.map { item -> JSON in item.isObject ? ["$id": .string(item.id)] : .string(item.id) }
        return (items, model.isToMany(side) ? .array(values) : values.first ?? .null)
    }

    mutating func step() async throws {
        let side: RelationModel.Side = random.once(in: 2) ? .parent : .child
        let id = id(side)
        var copy = model
        switch random.below(10) {
        case 0..<4:
            let said = items(side)
            let expected = outcome { try copy.create(side, id, said?.items) }
            try await check("createRow", side, id, said?.json, expected)
        case 4..<8:
            guard model.rows[side]!.contains(id), let said = items(side) else { return }
            let expected = outcome { try copy.set(side, id, said.items) }
            try await check("updateRow", side, id, said.json, expected)
        default:
            let expected = outcome { try copy.delete(side, id) }
            try await check("deleteRow", side, id, nil, expected)
        }
        model = copy
    }

    private func outcome(_ body: () throws -> Void) -> String {
        do { try body() } catch { return (error as? RelationModel.Refused)?.type ?? "\(error)" }
        return "done"
    }

    private mutating func check(
        _ method: String,
        _ side: RelationModel.Side,
        _ id: String,
        _ value: JSON?,
        _ expected: String
    ) async throws {
        var arguments: JSONObject = ["databaseId": "d", "tableId": .string(table(side)), "rowId": .string(id)]
        if method != "deleteRow" { arguments["data"] = .object(value.map { [key(side): $0] } ?? [:]) }
        history.append("\(method) \(table(side)) \(id) \(value?.text ?? ""): \(expected)")
        var seen = "done"
        do { try await engine.call("tablesDB." + method, arguments) } catch let error as AppError {
            seen = error.code.type
        }
        #expect(seen == expected, "\(model.kind) \(model.onDelete) \(history.suffix(12).joined(separator: "\n"))")
    }

    /// Compares every row with what is related to it, and what a filter finds.
    mutating func compare() async throws {
        for side in RelationModel.Side.allCases {
            let fields = isSeen(side) ? ["$id", key(side) + ".$id"] : ["$id"]
            let answer = try await engine.call(
                "tablesDB.listRows",
                [
                    "databaseId": "d", "tableId": .string(table(side)),
                    "queries": [["method": "select", "values": JSON(fields)]],
                ]
            )
            var seen: [String: Set<String>] = [:]
            for row in answer["rows"]?.array ?? [] {
                let others = row[key(side)].map { $0.array ?? ($0.isNull ? [] : [$0]) } ?? []
                seen[row["$id"]?.string ?? ""] = Set(others.compactMap { $0["$id"]?.string })
            }
            var expected: [String: Set<String>] = [:]
            for id in model.rows[side]! { expected[id] = isSeen(side) ? model.related(side, id) : [] }
            #expect(seen == expected, "\(model.kind) \(model.onDelete) \(history.suffix(40).joined(separator: "\n"))")
            guard isSeen(side) else { continue }
            let other = id(side.other)
            let found = try await engine.found(
                table(side),
                ["method": "equal", "attribute": .string(key(side) + ".$id"), "values": .string(other)],
                ["method": "orderAsc", "attribute": "$id"]
            )
            let ids = model.related(side.other, other).sorted()
            #expect(found == "\(ids.count): " + ids.joined(separator: " "))
        }
    }
}
