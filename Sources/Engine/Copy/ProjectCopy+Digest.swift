import Crypto
import Storage
import Values

extension ProjectCopy {
    /// What a table holds, whatever the order: the number of rows and the sum of their hashes.
    struct Digest: Equatable {
        var count = 0
        private var high: UInt64 = 0
        private var low: UInt64 = 0

        mutating func add(_ row: StoredRow) {
            let text: JSON = [
                .string(row.id), .int(row.createdAt.milliseconds), .int(row.updatedAt.milliseconds),
                JSON(row.permissions), .array(row.values),
            ]
            SHA256.hash(data: text.encoded).withUnsafeBytes { bytes in
                high &+= bytes.loadUnaligned(as: UInt64.self)
                low &+= bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            }
            count += 1
        }
    }

    func digest(_ store: any DocumentStore, _ table: KeptTable) async throws -> Digest {
        var digest = Digest()
        let total = try await store.read { try $0.estimatedCount(in: table.layout) }
        try await forEachPage(store, table, after: "0") { page in
            for row in page { digest.add(row) }
            report(Progress(table: table.name, rows: digest.count, of: total, isVerifying: true))
        }
        return digest
    }

    /// Reads a table in the order of creation, in pages that are small enough for memory and for one transaction.
    func forEachPage(
        _ store: any DocumentStore,
        _ table: KeptTable,
        after start: String,
        _ body: ([StoredRow]) async throws -> Void
    ) async throws {
        var last = start
        var limit = 1000
        while true {
            var query = RowQuery(limit: limit)
            query.maximumBytes = 16 << 20
            query.position = RowQuery.Position(values: [.string(last)], isBackward: false)
            let asked = query
            let page: [StoredRow]
            do { page = try await store.read { try $0.rows(asked, in: table.layout) } } catch let error as StoreError
                where error.kind == .tooLarge && limit > 1
            {
                limit = max(1, limit / 4)
                continue
            }
            guard let end = page.last else { return }
            try await body(page)
            last = end.sequence
            limit = min(1000, limit * 2)
        }
    }
}
