import Foundation
import Storage
import TestSupport

@testable import Engine

/// The kinds of store that the conformance suites run on.
enum Backend: String, Sendable, CaseIterable {
    case sqlite
    case mongoDB

    /// Those that can be tested on this machine.
    static var available: [Backend] { MongoServer.uri == nil ? [.sqlite] : allCases }

    /// A store on `folder`; several may be open on one folder at once.
    /// - Parameter project: one of several projects in the folder; nil for the one that most tests have.
    func store(_ folder: TemporaryFolder, project: String? = nil) -> any DocumentStore {
        switch self {
        case .sqlite:
            SQLiteStore(
                SQLiteStore.Configuration(
                    folder: .at(folder.path),
                    project: project ?? "default",
                    systemTables: SystemTables.all
                )
            )
        case .mongoDB:
            MongoStore(
                MongoStore.Configuration(
                    uri: MongoServer.uri!,
                    project: project.map { folder.prefix + $0 } ?? folder.project,
                    systemTables: SystemTables.all
                )
            )
        }
    }

    /// The options with which a `tandem` of its own uses the same store.
    func options(_ folder: TemporaryFolder) -> [String] {
        switch self {
        case .sqlite: ["--data", folder.path]
        case .mongoDB: ["--mongodb", MongoServer.uri!, "--project", folder.project]
        }
    }

    /// Removes what the stores on `folder` have left.
    func remove(_ folder: TemporaryFolder) async {
        await onThread {
            folder.remove()
            if self == .mongoDB { try? MongoProjects.remove(folder.project, uri: MongoServer.uri!) }
        }
    }
}

/// A new folder of its own.
struct TemporaryFolder: Sendable {
    let path: String
    /// The project where the store is no folder.
    let project = "t\(UInt64.random(in: 0...UInt64.max))"

    init() throws {
        path = NSTemporaryDirectory() + "/tandem-tests-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    /// What the names of several projects begin with where the store is no folder.
    var prefix: String { project + "-" }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
}
