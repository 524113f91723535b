import Storage
import TestSupport
import Testing
import Values

@Suite("Random operations leave what a model says")
struct RandomOperationTests {
    /// What the table must hold: rows by id, each with the number of its creation.
    private struct Model: Equatable {
        struct Row: Equatable {
            var a: JSON
            var n: JSON
            var permissions: [String]
            var updatedAt: Int64
            var creation: Int
        }
        var rows: [String: Row] = [:]
        var creations = 0
        var events: [[UInt8]] = []
    }

    private enum Step {
        case insert(NewRow)
        case update(String, RowChange)
        case delete(String)
        case event([UInt8])
    }

    /// What a step must answer.
    private enum Answer: Equatable, Sendable { case done, missing, duplicateID, uniqueViolation }

    private let table = TableLayout.small()
    private let unique = IndexLayout("unique", unique: true, on: [.init("a"), .init("n")])

    private func step(_ random: inout SplitMix64, _ number: Int) -> Step {
        let id = "r\(random.below(25))"
        func a() -> JSON { random.once(in: 5) ? .null : .string("a\(random.below(6))") }
        func n() -> JSON { random.once(in: 5) ? .null : .int(Int64(random.below(5))) }
        func permissions() -> [String] { ["p", "q", "r"].filter { _ in random.once(in: 3) } }
        switch random.below(8) {
        case 0, 1, 2: return .insert(NewRow(id, [a(), n()], permissions: permissions()))
        case 3, 4:
            var values: [Int: JSON] = [:]
            if random.once(in: 2) { values[0] = a() }
            if random.once(in: 2) { values[1] = n() }
            return .update(
                id,
                RowChange(values, permissions: random.once(in: 2) ? permissions() : nil, at: Int64(number))
            )
        case 5, 6: return .delete(id)
        default: return .event(Array("\(number)".utf8))
        }
    }

    private func apply(_ step: Step, to model: inout Model) -> Answer {
        func conflicts(_ id: String, _ a: JSON, _ n: JSON) -> Bool {
            !a.isNull && !n.isNull && model.rows.contains { $0.key != id && $0.value.a == a && $0.value.n == n }
        }
        switch step {
        case .insert(let row):
            guard model.rows[row.id] == nil else { return .duplicateID }
            guard !conflicts(row.id, row.values[0], row.values[1]) else { return .uniqueViolation }
            model.creations += 1
            model.rows[row.id] = Model.Row(
                a: row.values[0],
                n: row.values[1],
                permissions: row.permissions,
                updatedAt: row.updatedAt.milliseconds,
                creation: model.creations
            )
        case .update(let id, let change):
            guard var row = model.rows[id] else { return .missing }
            for (position, value) in change.values { if position == 0 { row.a = value } else { row.n = value } }
            guard !conflicts(id, row.a, row.n) else { return .uniqueViolation }
            row.permissions = change.permissions ?? row.permissions
            row.updatedAt = change.updatedAt.milliseconds
            model.rows[id] = row
        case .delete(let id): return model.rows.removeValue(forKey: id) == nil ? .missing : .done
        case .event(let record): model.events.append(record)
        }
        return .done
    }

    private static func apply(_ step: Step, to session: any WriteSession, _ table: TableLayout) throws -> Answer {
        do {
            switch step {
            case .insert(let row): _ = try session.insert(row, into: table)
            case .update(let id, let change): return try session.update(id, change, in: table) ? .done : .missing
            case .delete(let id): return try session.delete(id, from: table) ? .done : .missing
            case .event(let record): try session.append(event: record)
            }
            return .done
        } catch let error as StoreError where error.kind == .duplicateID {
            return .duplicateID
        } catch let error as StoreError where error.kind == .uniqueViolation {
            return .uniqueViolation
        }
    }

    private func compare(_ store: any DocumentStore, _ model: Model, _ context: String) async throws {
        let expected = model.rows.sorted { $0.value.creation < $1.value.creation }
        let rows = try await store.rows(RowQuery(), in: table)
        #expect(rows.map(\.id) == expected.map(\.key), "\(context)")
        for (row, expected) in zip(rows, expected.map(\.value)) {
            #expect(row.values == [expected.a, expected.n], "\(context)")
            #expect(row.permissions == expected.permissions, "\(context)")
            #expect(row.updatedAt.milliseconds == expected.updatedAt, "\(context)")
        }
        for permission in ["p", "q", "r"] {
            let open = expected.filter { $0.value.permissions.contains(permission) }.map(\.key)
            #expect(try await store.ids(RowQuery(permissions: [permission]), in: table) == open, "\(context)")
        }
        let events = try await store.read { try $0.events(after: nil, limit: 100_000) }
        #expect(events.map(\.record) == model.events, "\(context)")
    }

    /// Transactions of one to six steps: each refusal is caught by the body; some bodies throw in the end, and then
    /// nothing of them may be left.
    @Test(arguments: Backend.available, [21, 22, 23] as [UInt64])
    func inTransactions(_ backend: Backend, seed: UInt64) async throws {
        try await backend.withStore(table, indexes: [unique]) { store async throws in
            var random = SplitMix64(seed: seed)
            var model = Model()
            for number in 0..<500 {
                let steps = (0...random.below(6)).map { _ in step(&random, number) }
                let fails = random.once(in: 4)
                var after = model
                let expected = steps.map { apply($0, to: &after) }
                let table = table
                do {
                    let answers = try await store.write { session in
                        let answers = try steps.map { try Self.apply($0, to: session, table) }
                        if fails { throw Refusal() }
                        return answers
                    }
                    guard answers == expected else {
                        Issue.record(
                            "seed \(seed), transaction \(number): \(steps) answered \(answers), expected \(expected)"
                        )
                        return
                    }
                    model = after
                } catch is Refusal {}
                if number % 100 == 99 { try await compare(store, model, "seed \(seed), transaction \(number)") }
            }
        }
    }
}
