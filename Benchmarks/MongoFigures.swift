import Catalog
import Engine
import Foundation
import Storage
import Values

/// Figures on MongoDB, beside what pymongo does on the same server in the same run.
struct MongoFigures {
    let binary: String
    let uri: String
    let python: String
    private let project = "bench\(getpid())"

    init(binary: String, uri: String, python: String) {
        self.binary = binary
        self.uri = uri
        self.python = python
    }

    func add(rows: Int, to report: inout Report) async throws {
        defer { try? MongoProjects.remove(project, uri: uri) }
        try startUp(&report)
        try overStdio(&report)
        let store = MongoStore(.init(uri: uri, project: project, systemTables: SystemTables.all))
        let engine = Engine(catalog: .embedded, store: store)
        try await inProcess(engine, &report)
        try await pages(engine, store, rows, &report)
        try await relations(engine, store, &report)
        try await IdentityFigures.reads(engine, " on MongoDB", &report)
        try await Bench.cachedInProcess(engine, "MongoDB", &report)
        await engine.close()
        try await addEvents(to: &report)
    }

    /// The figures of related rows alone.
    func addRelations(to report: inout Report) async throws {
        defer { try? MongoProjects.remove(project, uri: uri) }
        let store = MongoStore(.init(uri: uri, project: project, systemTables: SystemTables.all))
        let engine = Engine(catalog: .embedded, store: store)
        try await relations(engine, store, &report)
        await engine.close()
    }

    /// The figure of a user's reads alone.
    func addIdentity(to report: inout Report) async throws {
        defer { try? MongoProjects.remove(project, uri: uri) }
        let store = MongoStore(.init(uri: uri, project: project, systemTables: SystemTables.all))
        let engine = Engine(catalog: .embedded, store: store)
        try await IdentityFigures.reads(engine, " on MongoDB", &report)
        await engine.close()
    }

    /// The figures of events alone.
    func addEvents(to report: inout Report) async throws {
        let name = project + "e"
        defer { try? MongoProjects.remove(name, uri: uri) }
        try await EventFigures.add(
            { MongoStore(.init(uri: uri, project: name, systemTables: SystemTables.all)) },
            " on MongoDB",
            &report
        )
        try await addWebhooks(to: &report)
    }

    func addWebhooks(to report: inout Report) async throws {
        let name = project + "w"
        defer { try? MongoProjects.remove(name, uri: uri) }
        let store = MongoStore(.init(uri: uri, project: name, systemTables: SystemTables.all))
        try await WebhookFigures.addSpeed(store, "MongoDB", &report)
    }

    private func relations(_ engine: Engine, _ store: MongoStore, _ report: inout Report) async throws {
        try await RelationFigures.prepare(engine, store)
        for part in RelationFigures.Part.allCases {
            let time = try await RelationFigures.time(engine, part)
            let bare = try 1 / baseline("related-\(part.rawValue)", threads: 1, 40, "books", "library")
            RelationFigures.add(part, " on MongoDB", time, bare, to: &report)
        }
    }

    /// The figure of bulks alone.
    func addBulks(to report: inout Report) throws {
        defer { try? MongoProjects.remove(project, uri: uri) }
        let client = try Client(binary, data: nil, arguments: ["--mongodb", uri, "--project", project])
        client.handshake()
        Bench.prepareShop(client)
        try bulks(client, &report)
        client.end()
    }

    private func startUp(_ report: inout Report) throws {
        func start(_ arguments: [String], _ data: String?) throws -> Double {
            let start = seconds()
            let client = try Client(binary, data: data, arguments: arguments)
            client.handshake()
            defer { client.end() }
            return seconds() - start
        }
        var (with, without): ([Double], [Double]) = ([], [])
        for _ in 0..<30 {
            with.append(try start(["--mongodb", uri], nil))
            without.append(try start([], "/nonexistent/tandem"))
        }
        report.add(
            "start with `--mongodb`",
            "\(milliseconds(median(with))), without \(milliseconds(median(without))): "
                + ratio(median(with) / median(without)),
            target: "unchanged"
        )
    }

    private func overStdio(_ report: inout Report) throws {
        let client = try Client(binary, data: nil, arguments: ["--mongodb", uri, "--project", project])
        client.handshake()
        Bench.prepareShop(client)
        _ = client.execute("tablesDB.createRow", Bench.newRow("r1"))
        var (creates, inserts, gets, finds): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
        var alone: [Double] = []
        for round in 0..<3 {
            creates.append(
                client.windowed(16, (0..<4000).map { request($0, "createRow", Bench.newRow("c\(round)-\($0)")) })
            )
            inserts.append(try baseline("insert", threads: 16, 4000, "bare"))
            alone.append(
                client.windowed(1, (0..<300).map { request($0, "createRow", Bench.newRow("a\(round)-\($0)")) })
            )
            gets.append(client.windowed(16, (0..<10_000).map { request($0, "getRow", Self.address) }))
            finds.append(try baseline("find", threads: 16, 6000))
        }
        try bulks(client, &report)
        client.end()
        report.add(
            "`createRow` on MongoDB, 16 in flight",
            "\(perSecond(median(creates))), pymongo \(perSecond(median(inserts))): "
                + "\(ratio(median(creates) / median(inserts))); one after the other \(perSecond(median(alone)))",
            target: "0.4 of 16 threads with `insert_one`, majority"
        )
        report.add(
            "`getRow` on MongoDB, 16 in flight",
            "\(perSecond(median(gets))), pymongo \(perSecond(median(finds))): \(ratio(median(gets) / median(finds)))",
            target: "1.0 of 16 threads with `find_one`"
        )
    }

    /// 10,000 rows in calls of 100, one call after the other.
    private func bulks(_ client: Client, _ report: inout Report) throws {
        var (creates, inserts, wholes): ([Double], [Double], [Double]) = ([], [], [])
        for round in 0..<3 {
            let calls = (0..<100).map { call in
                request(call, "createRows", Bench.newRows((0..<100).map { "b\(round)-\(call)-\($0)" }))
            }
            creates.append(client.windowed(1, calls) * 100)
            inserts.append(try baseline("bulk", threads: 1, 100, "bare") * 100)
            wholes.append(try baseline("bulk-whole", threads: 1, 100, "bare") * 100)
        }
        report.add(
            "10,000 rows by `createRows` on MongoDB, 100 a call",
            "\(perSecond(median(creates))) rows, pymongo \(perSecond(median(inserts))): "
                + "\(ratio(median(creates) / median(inserts))); pymongo with the same indexes, record and transaction "
                + "\(perSecond(median(wholes))): \(ratio(median(creates) / median(wholes)))",
            target: "0.7 of `insert_many` with the same batches, majority"
        )
    }

    private func inProcess(_ engine: Engine, _ report: inout Report) async throws {
        guard case .object(let arguments) = try JSON(parsing: Self.address) else { preconditionFailure("a literal") }
        let invocation = Invocation("tablesDB.getRow", arguments)
        var (gets, finds): ([Double], [Double]) = ([], [])
        for _ in 0..<3 {
            let start = seconds()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask(executorPreference: engine.executor) {
                        for _ in 0..<1250 { _ = try await engine.execute(invocation) }
                    }
                }
                try await group.waitForAll()
            }
            gets.append(10_000 / (seconds() - start))
            finds.append(try baseline("find", threads: 8, 6000))
        }
        report.add(
            "`getRow` on MongoDB in process, 8 at once",
            "\(perSecond(median(gets))), pymongo \(perSecond(median(finds))): \(ratio(median(gets) / median(finds)))",
            target: "1.5 of 8 threads with `find_one`"
        )
    }

    private func pages(_ engine: Engine, _ store: MongoStore, _ rows: Int, _ report: inout Report) async throws {
        let index: JSONObject = [
            "databaseId": "shop", "tableId": "products", "key": "by_status", "type": "key",
            "columns": ["status", "stock"],
        ]
        _ = try await engine.execute(Invocation("tablesDB.createIndex", index))
        try await seed(store, rows)
        let page = try await Bench.pageTime(engine, total: false)
        let counted = try await Bench.pageTime(engine, total: true)
        let barePage = try 1 / baseline("page", threads: 1, 400)
        let bareCount = try 1 / baseline("count", threads: 1, 400)
        report.add(
            "25-row page on MongoDB of \(rows) rows, `total: false`",
            "\(milliseconds(page)), pymongo \(milliseconds(barePage)): \(ratio(page / barePage))",
            target: "at most 3.0"
        )
        report.add(
            "25-row page on MongoDB of \(rows) rows with its total",
            "\(milliseconds(counted)), pymongo \(milliseconds(barePage + bareCount)): "
                + ratio(counted / (barePage + bareCount)),
            target: "at most 1.5"
        )
    }

    private func seed(_ store: MongoStore, _ rows: Int) async throws {
        let tables = SystemTables.all.first { $0.layout.tableID == "tables" }!.layout
        let table = try await store.read { try $0.row("shop/products", in: tables) }!
        let layout = Bench.shopLayout(incarnation: table.values[tables.position(of: "uid")!].string!)
        try await Bench.fill(store, layout, rows)
    }

    private func baseline(
        _ what: String,
        threads: Int,
        _ operations: Int,
        _ collection: String = "products",
        _ database: String = "shop"
    ) throws -> Double {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = [
            "Benchmarks/mongodb_baseline.py", uri, project + "__" + database, collection, what, String(threads),
            String(operations),
        ]
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard let value = Double(text.split(separator: "\n").last ?? "") else {
            preconditionFailure("mongodb_baseline.py \(what) printed no figure")
        }
        return value
    }

    private func request(_ id: Int, _ method: String, _ arguments: String) -> [UInt8] {
        Array((Client.request(id, "tablesDB." + method, arguments) + "\n").utf8)
    }

    private static let address = "{\"databaseId\":\"shop\",\"tableId\":\"products\",\"rowId\":\"r1\"}"
}
