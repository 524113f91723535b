import Foundation
import Storage

@testable import Engine

/// The kinds of store that the conformance suites run on.
enum Backend: String, Sendable, CaseIterable {
    case sqlite

    /// Those that can be tested on this machine.
    static var available: [Backend] { allCases }

    /// A store on `folder`; several may be open on one folder at once.
    func store(_ folder: TemporaryFolder) -> any DocumentStore {
        switch self {
        case .sqlite:
            SQLiteStore(
                SQLiteStore.Configuration(
                    folder: .at(folder.path),
                    project: "default",
                    systemTables: SystemTables.all
                )
            )
        }
    }
}

/// A new folder of its own.
struct TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "/tandem-tests-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
}
