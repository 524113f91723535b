import Synchronization
import TestSupport
import Testing
import Values

@testable import Engine

@Suite("Many callers at once", .timeLimit(.minutes(3)))
struct ConcurrencyTests {
    /// Where in the event log a required column was surely there.
    private struct Mark: Sendable {
        var position: Int
        var key: String
    }

    private final class Progress: Sendable {
        let marks = Mutex<[Mark]>([])
        let isOver = Mutex(false)
    }

    @Test(arguments: Backend.available)
    func rowsNeverContradictTheSchemaOfTheirMoment(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "base", "type": "integer"]])
            let other = TestEngine(backend, engine.folder)
            let progress = Progress()
            try await withThrowingTaskGroup { group in
                for worker in 0..<4 {
                    let engine = worker % 2 == 0 ? engine : other
                    group.addTask {
                        let key = "k\(worker)"
                        for round in 0..<12 {
                            let required = round % 2 == 0
                            let column: JSONObject = ["key": .string(key), "required": .bool(required)]
                            try await engine.on("createIntegerColumn", column)
                            let position = try await engine.events().count
                            if required { progress.marks.withLock { $0.append(Mark(position: position, key: key)) } }
                            try await engine.on("listRows")
                            try await engine.on("deleteColumn", ["key": .string(key)])
                        }
                        if worker == 0 { progress.isOver.withLock { $0 = true } }
                    }
                }
                for worker in 0..<28 {
                    let engine = worker % 2 == 0 ? engine : other
                    group.addTask {
                        var random = SplitMix64(seed: UInt64(worker))
                        var number = 0
                        while !progress.isOver.withLock({ $0 }) || number < 10 {
                            number += 1
                            var data: JSONObject = ["base": .int(Int64(number))]
                            for key in ["k0", "k1", "k2", "k3"] where random.once(in: 2) { data[key] = 1 }
                            try await Self.write(engine, "w\(worker)-\(number)", data)
                        }
                    }
                }
                try await group.waitForAll()
            }
            try check(try await engine.events(), progress.marks.withLock { $0 })
            let rows = try await engine.on("listRows", ["queries": [query("limit", nil, 5000)]])["rows"]?.array ?? []
            #expect(!rows.isEmpty)
            #expect(rows.allSatisfy { $0.ownValues.keys.sorted() == ["base"] })
            await other.engine.close()
        }
    }

    /// Writes a row; a schema that has just changed is the only excuse.
    private static func write(_ engine: TestEngine, _ id: String, _ data: JSONObject) async throws {
        do {
            let row = try await engine.on("createRow", ["rowId": .string(id), "data": .object(data)])
            for (key, value) in data.members { #expect(row[key] == value) }
        } catch let error as AppError {
            #expect(["row_invalid_structure", "column_not_available"].contains(error.code.type), "\(error)")
        }
    }

    /// Reads the log in commit order, keeping the keys that rows must and must not have.
    private func check(_ events: [EventRecord], _ marks: [Mark]) throws {
        var gone: Set<String> = ["k0", "k1", "k2", "k3"]
        var needed: Set<String> = []
        for (position, event) in events.enumerated() {
            for mark in marks where mark.position == position && !gone.contains(mark.key) { needed.insert(mark.key) }
            let payload = try JSON(parsing: event.payload)
            if event.event.hasSuffix("columns.[columnId].create") {
                gone.remove(event.ids[2])
            } else if event.event.hasSuffix("columns.[columnId].update") {
                gone.insert(event.ids[2])
                needed.remove(event.ids[2])
            } else if event.event.contains("rows") {
                let values = payload.ownValues
                #expect(gone.isDisjoint(with: values.keys), "event \(position): \(payload.text)")
                for key in needed { #expect(values[key] == 1, "event \(position): \(payload.text)") }
            }
        }
    }

    @Test(arguments: Backend.available)
    func anotherProcessSeesASchemaChangeAtItsNextCall(_ backend: Backend) async throws {
        try await withEngine(backend) { one in
            try await one.makeTable([["key": "a", "type": "integer"]])
            let two = TestEngine(backend, one.folder)
            for round in 0..<20 {
                let id = "r\(round)"
                try await two.on("createRow", ["rowId": .string(id), "data": ["a": 1]])
                try await one.on("deleteColumn", ["key": "a"])
                let dropped = try await two.refusalOn("createRow", ["rowId": "x", "data": ["a": 1]])
                #expect(dropped == Refusal("row_invalid_structure", 400, "data.a"))
                #expect(try await two.on("getRow", ["rowId": .string(id)])["a"] == nil)
                try await one.on("createTextColumn", ["key": "b", "required": true])
                let missing = try await two.refusalOn("createRow", ["rowId": "x", "data": [:]])
                #expect(missing == Refusal("row_invalid_structure", 400, "data.b"))
                try await one.on("deleteColumn", ["key": "b"])
                try await one.on("createIntegerColumn", ["key": "a", "required": false])
                try await one.on("updateTable", ["enabled": false])
                #expect(try await two.refusalOn("listRows", as: .guest).type == "table_not_found")
                try await one.on("updateTable", ["enabled": true])
                #expect(try await two.refusalOn("listRows", as: .guest).type == "user_unauthorized")
            }
            await two.engine.close()
        }
    }

    @Test(arguments: Backend.available)
    func anIdIsMadeOnceHoweverManyAsk(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            try await engine.on("createIndex", ["key": "u", "type": "unique", "columns": ["n"]])
            for round in 0..<10 {
                let wins = try await withThrowingTaskGroup(of: Int.self) { group in
                    for caller in 0..<16 {
                        group.addTask {
                            let id = caller % 2 == 0 ? "same\(round)" : "r\(round)-\(caller)"
                            let data: JSON = ["n": .int(Int64(caller % 2 == 0 ? 1000 + round * 100 + caller : round))]
                            do {
                                try await engine.on("createRow", ["rowId": .string(id), "data": data])
                                return caller % 2 == 0 ? 1 : 100
                            } catch let error as AppError {
                                #expect(error.code.status == 409)
                                return 0
                            }
                        }
                    }
                    return try await group.reduce(0, +)
                }
                #expect(wins == 101)
            }
        }
    }
}
