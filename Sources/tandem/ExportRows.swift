import ArgumentParser
import Engine
import Glibc
import Values

/// `tandem export`: the rows of a table as JSON lines.
struct ExportRows: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the rows of a table as JSON lines.",
        discussion: """
            One row on each line, in the order of creation, as 'tandem import' takes it: with $id, $createdAt, \
            $updatedAt and $permissions; encrypted columns in clear; related rows as their ids. Each relation is written \
            once: by the rows that have one related row, or else by the table that it was made for. Any number of rows \
            goes through little memory. Rows that others write meanwhile may be in it or not. The schema is written by \
            'tandem run project.export'.

            EXAMPLES
              tandem export shop orders > orders.jsonl
              tandem export shop orders --output orders.jsonl --mongodb mongodb://db1,db2/?replicaSet=rs0
              tandem export shop orders --queries '[{"method":"equal","attribute":"status","values":["open"]}]'
            """
    )

    @OptionGroup var options: Options
    @OptionGroup var address: TableAddress

    @Option(help: ArgumentHelp("File to write; stdout without it.", valueName: "path"))
    var output: String?

    @Option(help: ArgumentHelp("Only rows that match these queries, a JSON array.", valueName: "json"))
    var queries: String?

    /// How many rows are read at once.
    private static let page = 1000

    func run() async throws {
        let settings = try Settings(options)
        let filters = try queries.map(Self.filters) ?? []
        let backend = Backend(settings, log: settings.log)
        let result: Result<Int, any Error>
        do { result = .success(try await export(backend.engine, filters)) } catch { result = .failure(error) }
        await backend.close()
        switch result {
        case .success(let count): writeError("\(address.name): \(count) rows exported")
        case .failure(let error as AppError): throw Failure(error)
        case .failure(let error): throw error
        }
    }

    private static func filters(_ text: String) throws -> [JSON] {
        guard let list = (try? JSON(parsing: text))?.array else { throw Failure.usage("--queries takes a JSON array") }
        var query: Query
        do throws(AppError) { query = try Query(parsing: list) } catch { throw Failure(error) }
        query.filters = []
        guard query == Query() else {
            throw Failure.usage(
                "--queries takes filters only: rows are written whole, all that match, in the order of creation"
            )
        }
        return list
    }

    private func export(_ engine: Engine, _ filters: [JSON]) async throws -> Int {
        let relationships = try await address.relationships(engine).filter(\.isWritten).map(\.key)
        var base = filters + [["method": "orderAsc", "attribute": "$sequence"]]
        if !relationships.isEmpty {
            base.append(["method": "select", "values": .array(["*"] + relationships.map { .string($0 + ".$id") })])
        }
        let output = try LineWriter(path: self.output)
        let console = ProgressConsole()
        var (count, limit) = (0, Self.page)
        var last: JSON?
        while true {
            var queries = base + [["method": "limit", "values": [.int(Int64(limit))]]]
            if let last { queries.append(["method": "greaterThan", "attribute": "$sequence", "values": [last]]) }
            let rows: [JSON]
            do throws(AppError) {
                let answer = try await address.run(engine, "listRows", ["queries": .array(queries), "total": false])
                rows = answer["rows"]?.array ?? []
            } catch {
                // A page of large rows may be too much for one answer.
                guard error.code == .generalBadRequest, limit > 1 else { throw error }
                limit = max(1, limit / 8)
                continue
            }
            for row in rows { try output.write(Self.line(row, relationships)) }
            count += rows.count
            guard let end = rows.last?["$sequence"] else { break }
            last = end
            limit = min(Self.page, limit * 2)
            console.show("\(address.name): \(count) rows exported")
        }
        try output.finish()
        return count
    }

    /// A row without what says where it is, related rows as their ids.
    private static func line(_ row: JSON, _ relationships: [String]) -> [UInt8] {
        let place = ["$sequence", "$databaseId", "$tableId"]
        let members = (row.object?.members ?? []).filter { !place.contains($0.key) }.map { key, value in
            (key, relationships.contains(key) ? ids(value) : value)
        }
        return JSON.object(JSONObject(members)).encoded
    }

    private static func ids(_ value: JSON) -> JSON {
        switch value {
        case .object(let row): row["$id"] ?? .null
        case .array(let rows): .array(rows.map(ids))
        default: value
        }
    }
}
