import TestSupport
import Testing
import Values

@testable import Engine

@Suite("Random bulks, steps and operators against a model", .timeLimit(.minutes(5)))
struct RandomBulkTests {
    @Test(arguments: Backend.available, [21, 22, 23] as [UInt64])
    func theTableHoldsWhatTheModelHolds(_ backend: Backend, _ seed: UInt64) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable(
                [
                    ["key": "n", "type": "integer", "min": -1000, "max": 1000], ["key": "big", "type": "bigint"],
                    ["key": "f", "type": "float"], ["key": "s", "type": "varchar", "size": 4],
                    ["key": "b", "type": "boolean"], ["key": "list", "type": "integer", "array": true],
                    ["key": "k", "type": "integer"], ["key": "r", "type": "boolean", "required": true],
                ],
                indexes: [["key": "k", "type": "unique", "columns": ["k"]]]
            )
            var trial = BulkTrial(engine: engine, seed: seed)
            for step in 1...250 {
                try await trial.step(step)
                if step % 50 == 0 { try await trial.compare() }
            }
            var replay = EventReplay()
            for event in try await engine.events().flatMap(\.single) { try replay.apply(event) }
            #expect(replay.rows == trial.rows, "seed \(seed)")
        }
    }
}

/// One random run. Every step is one call whose outcome the model foretells.
private struct BulkTrial {
    private typealias Data = [String: (value: JSON, op: OperatorModel?)]

    let engine: TestEngine
    let seed: UInt64
    private var random: SplitMix64
    private(set) var rows: [TableModel.Row] = []
    private var label = ""

    private static let types = [
        "n": "integer", "big": "integer", "f": "double", "s": "text", "b": "boolean", "list": "list", "k": "integer",
        "r": "boolean",
    ]

    private struct Refused: Error {
        var type: String

        static let invalid = Refused(type: "row_invalid_structure")
        static let taken = Refused(type: "row_already_exists")
        static let either = Refused(type: "")
        static let conflict = Refused(type: "row_unique_constraint_violation")
    }

    init(engine: TestEngine, seed: UInt64) {
        self.engine = engine
        self.seed = seed
        random = SplitMix64(seed: seed)
    }

    mutating func step(_ number: Int) async throws {
        engine.clock.advance(milliseconds: 1)
        label = "seed \(seed), step \(number)"
        switch random.below(10) {
        case 0, 1, 2: try await create()
        case 3, 4: try await upsert()
        case 5, 6: try await update()
        case 7: try await delete()
        case 8: try await change()
        default: try await count()
        }
    }

    // MARK: Steps

    private mutating func create() async throws {
        let given = (0...random.below(5)).map { _ in (id: someID, data: data(isNew: true, operators: false)) }
        try await check("createRows", ["rows": Self.json(given)], count: given.count) { rows in
            try Self.checkIDs(given.map(\.id))
            for (_, data) in given { try Self.checkNew(data) }
            for (id, data) in given {
                guard !rows.contains(where: { $0.id == id }) else { throw Refused.taken }
                try Self.insert(id, data, &rows)
            }
        }
    }

    private mutating func upsert() async throws {
        let given = (0...random.below(5)).map { _ in
            (id: someID, data: data(isNew: random.once(in: 2), operators: true))
        }
        try await check("upsertRows", ["rows": Self.json(given)], count: given.count) { rows in
            try Self.checkIDs(given.map(\.id))
            for (id, data) in given where !rows.contains(where: { $0.id == id }) { try Self.checkNew(data) }
            for (id, data) in given {
                if let position = rows.firstIndex(where: { $0.id == id }) {
                    try Self.change([position], data, &rows)
                } else {
                    try Self.insert(id, data, &rows)
                }
            }
            try Self.checkResults(rows, given.map(\.id))
        }
    }

    private mutating func update() async throws {
        let (filter, matches) = filter()
        let data = data(isNew: false, operators: true)
        guard !data.isEmpty else { return }
        let places = rows.indices.filter { matches(rows[$0]) }
        let ids = places.map { rows[$0].id }
        let arguments: JSONObject = ["queries": [filter], "data": Self.json(data)]
        try await check("updateRows", arguments, count: places.count) { rows in
            try Self.change(places, data, &rows)
            try Self.checkResults(rows, ids)
        }
    }

    private mutating func delete() async throws {
        let (filter, matches) = filter()
        let count = rows.filter(matches).count
        try await check("deleteRows", ["queries": [filter]], count: count) { rows in rows.removeAll(where: matches) }
    }

    private mutating func change() async throws {
        guard let row = rows.isEmpty ? nil : random.pick(rows) else { return }
        let data = data(isNew: false, operators: true)
        guard !data.isEmpty, let position = rows.firstIndex(of: row) else { return }
        let arguments: JSONObject = ["rowId": .string(row.id), "data": Self.json(data)]
        try await check("updateRow", arguments, count: nil) { rows in
            try Self.change([position], data, &rows)
            try Self.checkResults(rows, [row.id])
        }
    }

    private mutating func count() async throws {
        guard !rows.isEmpty else { return }
        let position = random.below(rows.count)
        let (key, isUp) = (random.pick(["n", "big"]), random.once(in: 2))
        let amount = random.pick([1, 2, 600, .max] as [Int64])
        let arguments: JSONObject = [
            "rowId": .string(rows[position].id), "column": .string(key), "value": .int(amount),
        ]
        try await check(isUp ? "incrementRowColumn" : "decrementRowColumn", arguments, count: nil) { rows in
            let old = rows[position].values[key]?.int ?? 0
            let (new, overflows) = isUp ? old.addingReportingOverflow(amount) : old.subtractingReportingOverflow(amount)
            guard !overflows, key == "big" || (-1000...1000).contains(new) else {
                throw Refused(type: "column_limit_exceeded")
            }
            rows[position].values[key] = .int(new)
        }
    }

    // MARK: The model

    private static func checkIDs(_ ids: [String]) throws {
        guard Set(ids).count == ids.count else { throw Refused.taken }
    }

    private static func checkNew(_ data: Data) throws {
        guard data["r"] != nil else { throw Refused.invalid }
    }

    private static func insert(_ id: String, _ data: Data, _ rows: inout [TableModel.Row]) throws {
        let values = Dictionary(uniqueKeysWithValues: types.keys.map { ($0, JSON.null) })
        rows.append(.init(id: id, values: values, permissions: []))
        try change([rows.count - 1], data, &rows)
    }

    private static func change(_ places: [Int], _ data: Data, _ rows: inout [TableModel.Row]) throws {
        var overflows = false
        for place in places {
            for (key, (value, op)) in data {
                guard let new = op.map({ $0.applied(to: rows[place].values[key] ?? .null) }) ?? value else {
                    overflows = true
                    continue
                }
                rows[place].values[key] = new
            }
        }
        var conflicts = false
        if let key = data["k"]?.value, !key.isNull, !places.isEmpty {
            conflicts = rows.filter { $0.values["k"] == key }.count > 1
        }
        // Which of many rows comes first is up to the store.
        if overflows, conflicts, places.count > 1 { throw Refused.either }
        if overflows { throw Refused.invalid }
        if conflicts { throw Refused.conflict }
    }

    private static func checkResults(_ rows: [TableModel.Row], _ ids: [String]) throws {
        for row in rows where ids.contains(row.id) {
            if let n = row.values["n"]?.int, !(-1000...1000).contains(n) { throw Refused.invalid }
            if let text = row.values["s"]?.string, text.unicodeScalars.count > 4 { throw Refused.invalid }
        }
    }

    /// Runs a call and compares its outcome with what the model says.
    private mutating func check(
        _ method: String,
        _ arguments: JSONObject,
        count: Int?,
        _ foretell: (inout [TableModel.Row]) throws -> Void
    ) async throws {
        let call = "\(label): \(method) \(JSON.object(arguments).text)"
        var expected = rows
        var refused: Refused?
        do { try foretell(&expected) } catch let error as Refused { refused = error }
        do {
            let answer = try await engine.on(method, arguments)
            guard refused == nil else {
                Issue.record("\(call) was not refused with \(refused!.type)")
                return
            }
            if let count { #expect(answer["total"] == .int(Int64(count)), "\(call)") }
            rows = expected
            let shown = answer["rows"]?.array ?? [answer]
            for row in shown.map(EventReplay.row) where method != "deleteRows" {
                #expect(rows.first { $0.id == row.id } == row, "\(call)")
            }
        } catch let error as AppError {
            let types = refused?.type == "" ? [Refused.invalid.type, Refused.conflict.type] : [refused?.type ?? "none"]
            #expect(types.contains(error.code.type), "\(call): \(error)")
        }
    }

    /// Compares everything that can be read.
    func compare() async throws {
        let answer = try await engine.on("listRows", ["queries": [query("limit", nil, 1000)]])
        #expect((answer["rows"]?.array ?? []).map(EventReplay.row) == rows, "\(label)")
    }

    // MARK: Choices

    private var someID: String { mutating get { "r\(random.below(40))" } }

    private mutating func data(isNew: Bool, operators: Bool) -> Data {
        var data: Data = [:]
        for (key, type) in Self.types.sorted(by: { $0.key < $1.key }) {
            if key == "r" {
                if isNew, !random.once(in: 20) { data[key] = (.bool(random.once(in: 2)), nil) }
            } else if operators, key != "k", random.once(in: 4) {
                data[key] = (.null, random.op(type))
            } else if random.once(in: 3) {
                data[key] = (random.once(in: 6) ? .null : value(key, type), nil)
            }
        }
        return data
    }

    private mutating func value(_ key: String, _ type: String) -> JSON {
        switch key {
        case "n": .int(random.pick([-1000, -1, 0, 3, 999, 1000]))
        case "s": .string(random.pick(["", "a", "äöü", "abcd"]))
        case "k": .int(Int64(random.below(60)))
        case "list": .array((0..<random.below(4)).map { _ in .int(Int64(random.below(4))) })
        default: random.value(type)
        }
    }

    private mutating func filter() -> (JSON, (TableModel.Row) -> Bool) {
        switch random.below(3) {
        case 0:
            let ids = (0...random.below(6)).map { _ in someID }
            return (["method": "equal", "attribute": "$id", "values": JSON(ids)], { ids.contains($0.id) })
        case 1:
            let low = Int64(random.below(20)) * 3
            let query: JSON = ["method": "between", "attribute": "k", "values": [.int(low), .int(low + 6)]]
            return (query, { row in row.values["k"]?.int.map { low <= $0 && $0 <= low + 6 } ?? false })
        default:
            return (query("equal", "b", true), { $0.values["b"] == true })
        }
    }

    private static func json(_ data: Data) -> JSON {
        .object(JSONObject(data.sorted { $0.key < $1.key }.map { ($0.key, $0.value.op?.json ?? $0.value.value) }))
    }

    private static func json(_ rows: [(id: String, data: Data)]) -> JSON {
        .array(
            rows.map { id, data in .object(JSONObject([("$id", .string(id))] + (json(data).object?.members ?? []))) }
        )
    }
}
