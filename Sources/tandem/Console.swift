import Catalog
import Engine
import Values

/// Operations of a command that is no server: in the console, or in the project that the options name.
struct Console {
    let settings: Settings

    /// - Throws: ``Failure`` with status 2.
    init(_ options: Options, inProject: Bool = false) throws {
        var settings = try Settings(options)
        // Everything that is about projects is there, and nothing of the default project has to be made for it.
        if !inProject { settings.project = ProjectDirectory.consoleID }
        self.settings = settings
    }

    /// Runs one operation, confirmed, and closes everything.
    /// - Throws: ``Failure`` with the error as `tandem run` shows it.
    func call(_ operation: String, _ arguments: JSONObject) async throws -> JSON {
        try await withEngine { engine throws(AppError) in try await Self.call(engine, operation, arguments) }
    }

    /// The items of a list operation, all pages of it.
    func list(_ operation: String, _ name: String) async throws -> [JSON] {
        try await withEngine { engine throws(AppError) in
            let takesQueries = engine.catalog.operation(operation)?.parameters.contains { $0.name == "queries" } == true
            guard takesQueries else { return try await Self.call(engine, operation, [:])[name]?.array ?? [] }
            var items: [JSON] = []
            while true {
                var queries: [JSON] = [["method": "limit", "values": [.int(Int64(Self.page))]]]
                if let last = items.last?["$id"] { queries.append(["method": "cursorAfter", "values": [last]]) }
                let answer = try await Self.call(engine, operation, ["queries": .array(queries)])
                let page = answer[name]?.array ?? []
                items += page
                guard page.count == Self.page else { return items }
            }
        }
    }

    private static let page = 100

    private static func call(
        _ engine: Engine,
        _ operation: String,
        _ arguments: JSONObject
    ) async throws(AppError) -> JSON {
        let response = try await engine.execute(Invocation(operation, arguments))
        return (try? JSON(parsing: response.encoded)) ?? .null
    }

    private func withEngine<R>(_ body: (Engine) async throws(AppError) -> R) async throws -> R {
        let backend = Backend(settings, log: settings.log)
        let result: Result<R, AppError>
        do throws(AppError) { result = .success(try await body(backend.engine)) } catch { result = .failure(error) }
        await backend.close()
        switch result {
        case .success(let value): return value
        case .failure(let error): throw Failure(status: 1, message: (["error": error.json] as JSON).text)
        }
    }
}

/// Text in columns, two blanks between them.
enum Columns {
    static func write(_ rows: [[String]]) {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in rows.map { $0[column].count }.max() ?? 0 }
        for row in rows {
            var line = ""
            for (text, width) in zip(row, widths) {
                line += text + String(repeating: " ", count: width - text.count + 2)
            }
            while line.last == " " { line.removeLast() }
            writeOutput(line)
        }
    }
}
