import Engine
import Values

/// Writes the rows of an input, a batch in each transaction.
struct RowImport {
    private(set) var written = 0
    private(set) var refused = 0

    private let engine: Engine
    private let address: TableAddress
    private let keepsGoing: Bool
    private let makesIDs: Bool
    private let console = ProgressConsole()
    private var batch: [(line: Int, row: JSONObject)] = []
    private var batchBytes = 0
    /// Whether rows of this table can be written together.
    private var isBulk = true

    /// As many as one operation takes.
    private static let batchRows = 100
    private static let batchBytes = 4 << 20

    init(_ engine: Engine, _ address: TableAddress, keepsGoing: Bool, makesIDs: Bool) {
        self.engine = engine
        self.address = address
        self.keepsGoing = keepsGoing
        self.makesIDs = makesIDs
    }

    /// - Throws: ``Failure`` for the line that ends the import, or `AppError` for what ends it at any line.
    mutating func read(_ input: LineReader, skipping skipped: Int) async throws {
        isBulk = try await address.relationships(engine).isEmpty
        var input = input
        while let line = try input.next() {
            guard input.number > skipped, line.contains(where: { $0 != 0x20 && $0 != 0x0D && $0 != 0x09 }) else {
                continue
            }
            do throws(AppError) { batch.append((input.number, try row(line))) } catch {
                // What stands before the line is written first, so that a line ends what the message says.
                try await flush()
                try refuse(input.number, error)
                continue
            }
            batchBytes += line.count
            if batch.count >= Self.batchRows || batchBytes >= Self.batchBytes { try await flush() }
            console.show("\(address.name): \(written) rows imported, line \(input.number)")
        }
        try await flush()
    }

    private func row(_ line: ArraySlice<UInt8>) throws(AppError) -> JSONObject {
        let value: JSON
        do throws(JSONError) { value = try JSON(parsing: Array(line)) } catch {
            throw AppError(.generalArgumentInvalid, "The line is not valid JSON: \(error)")
        }
        guard case .object(var row) = value else {
            throw AppError(.generalArgumentInvalid, "The line must be an object, not \(value.kindName).")
        }
        if row["$id"]?.isNull ?? true {
            guard makesIDs else {
                throw AppError(
                    .generalArgumentInvalid,
                    "The row has no $id.",
                    hint: "Give each row one, so that the import can be repeated, or pass --new-ids."
                )
            }
            row["$id"] = "unique()"
        }
        return row
    }

    private mutating func flush() async throws {
        let rows = batch
        batch.removeAll(keepingCapacity: true)
        batchBytes = 0
        guard !rows.isEmpty else { return }
        if isBulk, rows.count > 1 {
            do throws(AppError) {
                let list = JSON.array(rows.map { .object($0.row) })
                _ = try await address.run(engine, "upsertRows", ["rows": list])
                written += rows.count
                return
            } catch {
                // One by one the line is found that is to blame.
                guard error.code.status < 500 else { throw error }
            }
        }
        for (line, row) in rows {
            do throws(AppError) {
                try await write(row)
                written += 1
            } catch {
                guard error.code.status < 500 else { throw error }
                try refuse(line, error)
            }
        }
    }

    private func write(_ row: JSONObject) async throws(AppError) {
        var data = row
        data["$id"] = nil
        data["$permissions"] = nil
        var arguments: JSONObject = ["rowId": row["$id"] ?? .null, "data": .object(data)]
        if let permissions = row["$permissions"] { arguments["permissions"] = permissions }
        _ = try await address.run(engine, "upsertRow", arguments)
    }

    private mutating func refuse(_ line: Int, _ error: AppError) throws {
        refused += 1
        let text = "line \(line): \(error.code.type): \(error.message)" + (error.hint.map { " \($0)" } ?? "")
        guard keepsGoing else {
            throw Failure(
                status: 1,
                message: "\(text)\ntandem: the lines before are imported; correct this one and repeat the command, "
                    + "or go on with --skip \(line - 1)"
            )
        }
        writeError(text)
    }
}
