import TestSupport
import Testing
import Values

@testable import Engine

@Suite("Random operations against a model", .timeLimit(.minutes(5)))
struct RandomOperationTests {
    @Test(arguments: Backend.available, [11, 12, 13, 14] as [UInt64])
    func theTableHoldsWhatTheModelHolds(_ backend: Backend, _ seed: UInt64) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable()
            var trial = RandomTrial(engine: engine, seed: seed)
            for step in 1...800 {
                try await trial.step(step)
                if step % 100 == 0 { try await trial.compare() }
            }
            try await trial.compareWithLog()
        }
    }
}

/// One random run. Every step is one call whose outcome the model foretells.
private struct RandomTrial {
    let engine: TestEngine
    let seed: UInt64
    var random: SplitMix64
    var model = TableModel()
    var label = ""

    init(engine: TestEngine, seed: UInt64) {
        self.engine = engine
        self.seed = seed
        random = SplitMix64(seed: seed)
    }

    mutating func step(_ number: Int) async throws {
        engine.clock.advance(milliseconds: 1)
        label = "seed \(seed), step \(number)"
        switch random.below(100) {
        case 0..<40: try await create()
        case 40..<60: try await update("updateRow")
        case 60..<75: try await update("upsertRow")
        case 75..<85: try await delete()
        case 85..<90: try await addColumn()
        case 90..<93: try await renameColumn()
        case 93..<95: try await dropColumn()
        case 95..<98: try await addIndex()
        default: try await dropIndex()
        }
    }

    private var someID: String { mutating get { "r\(random.below(60))" } }

    private mutating func data() -> [String: JSON] {
        var data: [String: JSON] = [:]
        for column in model.columns where random.below(10) < 7 {
            data[column.key] = random.once(in: 6) ? .null : random.value(column.type)
        }
        if random.once(in: 30) { data["nowhere"] = 1 }
        return data
    }

    private mutating func permissions() -> [String]? {
        random.once(in: 3) ? [random.pick(["read(\"any\")", "update(\"user:u\")", "delete(\"team:t\")"])] : nil
    }

    private mutating func create() async throws {
        let (id, data, permissions) = (someID, data(), permissions())
        let expected: Result<[String: JSON], TableModel.Refused>
        switch model.completed(data) {
        case .failure(let refused): expected = .failure(refused)
        case .success(let values):
            if model.position(id) != nil {
                expected = .failure(.init(type: "row_already_exists"))
            } else if let conflict = model.conflict(values, id) {
                expected = .failure(.init(type: conflict))
            } else {
                expected = .success(values)
                model.rows.append(.init(id: id, values: values, permissions: permissions ?? []))
            }
        }
        try await check("createRow", id, data, permissions, expected)
    }

    private mutating func update(_ method: String) async throws {
        let (id, data, permissions) = (someID, data(), permissions())
        guard let position = model.position(id) else {
            guard method == "upsertRow" else {
                guard !data.isEmpty || permissions != nil else { return }
                return try await check(method, id, data, permissions, .failure(.init(type: "row_not_found")))
            }
            var expected = model.completed(data)
            if case .success(let values) = expected {
                if let conflict = model.conflict(values, id) {
                    expected = .failure(.init(type: conflict))
                } else {
                    model.rows.append(.init(id: id, values: values, permissions: permissions ?? []))
                }
            }
            return try await check(method, id, data, permissions, expected)
        }
        if method == "updateRow", data.isEmpty, permissions == nil {
            return try await check(method, id, data, nil, .failure(.init(type: "row_missing_payload")))
        }
        var expected = model.changed(model.rows[position], data)
        if case .success(let values) = expected {
            if let conflict = model.conflict(values, id) {
                expected = .failure(.init(type: conflict))
            } else {
                model.rows[position].values = values
                if let permissions { model.rows[position].permissions = permissions }
            }
        }
        try await check(method, id, data, permissions, expected)
    }

    private func check(
        _ method: String,
        _ id: String,
        _ data: [String: JSON],
        _ permissions: [String]?,
        _ expected: Result<[String: JSON], TableModel.Refused>
    ) async throws {
        var arguments: JSONObject = [
            "rowId": .string(id),
            "data": .object(JSONObject(data.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })),
        ]
        if let permissions { arguments["permissions"] = JSON(permissions) }
        let call = "\(label): \(method) \(JSON.object(arguments).text)"
        do {
            let answer = try await engine.on(method, arguments)
            guard case .success(let values) = expected else {
                Issue.record("\(call) was not refused with \(expected)")
                return
            }
            #expect(answer.ownValues == values, "\(call)")
        } catch let error as AppError {
            guard case .failure(let refused) = expected else {
                Issue.record("\(call) was refused: \(error)")
                return
            }
            #expect(error.code.type == refused.type, "\(call)")
        }
    }

    private mutating func delete() async throws {
        let id = someID
        if let position = model.position(id) {
            try await engine.on("deleteRow", ["rowId": .string(id)])
            model.rows.remove(at: position)
        } else {
            #expect(try await engine.refusalOn("deleteRow", ["rowId": .string(id)]).type == "row_not_found", "\(label)")
        }
    }

    private mutating func addColumn() async throws {
        let (word, type) = random.pick([
            ("Integer", "integer"), ("Text", "text"), ("Boolean", "boolean"), ("Float", "double"),
        ])
        let key = "c\(random.below(12))"
        let required = random.once(in: 5)
        let value: JSON = !required && random.once(in: 3) ? random.value(type) : .null
        let arguments: JSONObject = ["key": .string(key), "required": .bool(required), "default": value]
        guard model.column(key) == nil else {
            let refusal = try await engine.refusalOn("create\(word)Column", arguments)
            #expect(refusal.type == "column_already_exists", "\(label)")
            return
        }
        try await engine.on("create\(word)Column", arguments)
        model.columns.append(.init(key: key, type: type, isRequired: required, defaultValue: value))
        for index in model.rows.indices { model.rows[index].values[key] = .null }
    }

    private mutating func renameColumn() async throws {
        guard !model.columns.isEmpty else { return }
        let position = random.below(model.columns.count)
        let (old, key) = (model.columns[position], "c\(random.below(12))")
        let words = ["integer": "Integer", "text": "Text", "boolean": "Boolean", "double": "Float"]
        let arguments: JSONObject = [
            "key": .string(old.key), "newKey": .string(key), "required": .bool(old.isRequired),
            "default": old.defaultValue,
        ]
        let method = "update\(words[old.type]!)Column"
        let isHeld = model.unique.values.contains(old.key)
        if key != old.key, isHeld || model.column(key) != nil {
            let refusal = try await engine.refusalOn(method, arguments)
            #expect(refusal.type == (isHeld ? "column_index_dependency" : "column_already_exists"), "\(label)")
            return
        }
        try await engine.on(method, arguments)
        model.columns[position].key = key
        guard key != old.key else { return }
        for index in model.rows.indices {
            model.rows[index].values[key] = model.rows[index].values.removeValue(forKey: old.key)
        }
    }

    private mutating func dropColumn() async throws {
        guard !model.columns.isEmpty else { return }
        let column = random.pick(model.columns)
        guard !model.unique.values.contains(column.key) else {
            let refusal = try await engine.refusalOn("deleteColumn", ["key": .string(column.key)])
            #expect(refusal.type == "column_index_dependency", "\(label)")
            return
        }
        try await engine.on("deleteColumn", ["key": .string(column.key)])
        model.columns.removeAll { $0 == column }
        for index in model.rows.indices { model.rows[index].values[column.key] = nil }
    }

    private mutating func addIndex() async throws {
        guard !model.columns.isEmpty else { return }
        let column = random.pick(model.columns).key
        let key = "i\(random.below(4))"
        guard model.unique[key] == nil, !model.unique.values.contains(column) else { return }
        let arguments: JSONObject = ["key": .string(key), "type": "unique", "columns": [.string(column)]]
        let values = model.rows.compactMap { $0.values[column]?.isNull == true ? nil : $0.values[column]?.text }
        guard Set(values).count == values.count else {
            let refusal = try await engine.refusalOn("createIndex", arguments)
            #expect(refusal.type == "row_unique_constraint_violation", "\(label)")
            try await engine.on("deleteIndex", ["key": .string(key)])
            return
        }
        try await engine.on("createIndex", arguments)
        model.unique[key] = column
    }

    private mutating func dropIndex() async throws {
        guard let key = model.unique.keys.sorted().first else { return }
        try await engine.on("deleteIndex", ["key": .string(key)])
        model.unique[key] = nil
    }

    /// Compares everything that can be read.
    func compare() async throws {
        let rows = try await contents()
        #expect(rows == model.rows, "\(label)")
        let table = try await engine.on("getTable")
        #expect(table["columns"]?.each("key") == model.columns.map { .string($0.key) }, "\(label)")
        #expect(table["columns"]?.each("default") == model.columns.map(\.defaultValue), "\(label)")
        let indexes = table["indexes"]?.each("key").compactMap(\.string).sorted()
        #expect(indexes == model.unique.keys.sorted(), "\(label)")
    }

    private func contents() async throws -> [TableModel.Row] {
        let answer = try await engine.on("listRows", ["queries": [query("limit", nil, 1000)]])
        return (answer["rows"]?.array ?? []).map { EventReplay.row($0) }
    }

    /// Replays the event log and compares what comes of it.
    func compareWithLog() async throws {
        var replay = EventReplay()
        for event in try await engine.events().flatMap(\.single) { try replay.apply(event) }
        #expect(replay.rows == model.rows, "seed \(seed)")
    }
}
