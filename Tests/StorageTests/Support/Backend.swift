import Foundation
import Storage
import TestSupport
import Testing

/// A store on which the conformance suite runs. Nothing in the suite knows more about it than this.
enum Backend: String, Sendable, CustomTestStringConvertible {
    case sqlite = "SQLite"
    case mongoDB = "MongoDB"

    /// Those that can run here.
    static let available: [Backend] = MongoServer.uri == nil ? [.sqlite] : [.sqlite, .mongoDB]

    var testDescription: String { rawValue }

    /// Lends a place for one project's data, which is empty at first and removed in the end.
    func withPlace<R>(_ body: (Place) async throws -> R) async throws -> R {
        let folder = TemporaryFolder()
        let place = Place(backend: self, folder: folder.path)
        do {
            let result = try await body(place)
            await remove(folder, place)
            return result
        } catch {
            await remove(folder, place)
            throw error
        }
    }

    private func remove(_ folder: TemporaryFolder, _ place: Place) async {
        await onThread {
            folder.remove()
            if self == .mongoDB { try? MongoProjects.remove(place.project, uri: MongoServer.uri!) }
        }
    }

    /// Lends a store with these tables, closed in the end.
    func withStore<R>(
        _ tables: TableLayout...,
        indexes: [IndexLayout] = [],
        _ body: (any DocumentStore) async throws -> R
    ) async throws -> R {
        try await withPlace { place in
            try await place.withStore { store in
                try await store.write { session in
                    for table in tables { try session.create(table, indexes: indexes) }
                }
                return try await body(store)
            }
        }
    }

    /// Where a project's data is kept, for as many stores as wanted.
    struct Place: Sendable {
        fileprivate let backend: Backend
        fileprivate let folder: String
        let project = "t\(UInt64.random(in: 0...UInt64.max))"

        func withStore<R>(_ body: (any DocumentStore) async throws -> R) async throws -> R {
            let store = open()
            do {
                let result = try await body(store)
                await store.close()
                return result
            } catch {
                await store.close()
                throw error
            }
        }

        /// A store that the caller closes.
        func open() -> any DocumentStore {
            switch backend {
            case .sqlite: SQLiteStore(.init(folder: .at(folder), project: project, systemTables: []))
            case .mongoDB: MongoStore(.init(uri: MongoServer.uri!, project: project, systemTables: []))
            }
        }
    }
}

/// A folder that doesn't exist yet, below the one for temporary files.
struct TemporaryFolder: Sendable {
    let path = NSTemporaryDirectory() + "tandem-test-" + UUID().uuidString

    /// The path of the project `test` in a store that is kept here.
    var database: String { path + "/projects/test.sqlite" }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
}
