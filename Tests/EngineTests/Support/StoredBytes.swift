import Foundation
import TestSupport

@testable import Storage

extension Backend {
    /// Whether a text is anywhere in what a store has written: in the files of the folder, or in the documents of all
    /// collections of the project.
    func holds(_ text: String, _ folder: TemporaryFolder) async throws -> Bool {
        try await holdsAny([text], folder)
    }

    /// Those of many texts that are anywhere in what a store has written.
    func held(_ texts: [String], _ folder: TemporaryFolder) async throws -> [String] {
        guard try await holdsAny(texts, folder) else { return [] }
        var held: [String] = []
        for text in texts where try await holds(text, folder) { held.append(text) }
        return held
    }

    private func holdsAny(_ texts: [String], _ folder: TemporaryFolder) async throws -> Bool {
        switch self {
        case .sqlite:
            // By another process: to close a file of an open database here would drop the locks that the store has on it.
            let search = Process()
            search.executableURL = URL(fileURLWithPath: "/bin/grep")
            search.arguments = ["-rqaF"] + texts.flatMap { ["-e", $0] } + [folder.path]
            search.standardInput = FileHandle.nullDevice
            try await search.runToEnd()
            guard search.terminationStatus < 2 else { throw SearchFailure() }
            return search.terminationStatus == 0
        case .mongoDB:
            let needles = texts.map { Data($0.utf8) }
            let found = await onThread { Result { try Self.documents(folder.project, contain: needles) } }
            return try found.get()
        }
    }

    private struct SearchFailure: Error {}

    private static func documents(_ project: String, contain needles: [Data]) throws -> Bool {
        let driver = MongoDriver.to(MongoServer.uri!)
        let connection = try driver.connection()
        defer { driver.release(connection) }
        var found = false
        for database in try names(BSONWriter.document { $0.int32("listDatabases", 1) }, "admin", connection)
        where database.hasPrefix(MongoNames.prefix(of: project)) {
            for name in try names(BSONWriter.document { $0.int32("listCollections", 1) }, database, connection) {
                let collection = MongoCollection(database: database, name: name)
                try connection.find(
                    BSONWriter.document { _ in },
                    BSONWriter.document { _ in },
                    in: collection,
                    nil
                ) { document in
                    let bytes = Data(document.bytes)
                    found = found || needles.contains { bytes.range(of: $0) != nil }
                    return true
                }
            }
        }
        return found
    }

    /// The names in the reply to a command that lists something.
    private static func names(_ command: [UInt8], _ database: String, _ connection: MongoConnection) throws -> [String]
    {
        try connection.command(command, on: database) { reply in
            var names: [String] = []
            let list = try reply["databases"]?.document ?? reply["cursor"]?.document?["firstBatch"]?.document
            try list?.forEach { item in
                if let name = try item.document?["name"]?.string { names.append(name) }
                return true
            }
            return names
        }
    }
}
