import Engine
import Storage

/// Where data is kept, as the options and the environment say.
enum StorePlace: Sendable {
    case folder(DataFolder)
    case mongoDB(uri: String)

    /// - Throws: ``Failure`` with status 2 where they contradict each other.
    init(_ options: Options) throws {
        let named = [
            options.ephemeral ? "--ephemeral" : nil, options.data.map { _ in "--data" },
            options.mongodb.map { _ in "--mongodb" },
        ].compactMap { $0 }
        guard named.count <= 1 else {
            throw Failure.usage("\(named.joined(separator: " and ")) exclude each other: name one place for the data")
        }
        if options.ephemeral {
            self = .folder(.ephemeral)
        } else if let path = options.data {
            self = try .folder(Self.folder(path))
        } else if let uri = options.mongodb {
            self = try .mongoDB(uri: Self.checked(uri, "--mongodb"))
        } else {
            try self.init()
        }
    }

    /// What the environment says, and otherwise the folder of the user.
    private init() throws {
        let isEphemeral = try Settings.flag("TANDEM_EPHEMERAL")
        let path = Settings.variable("TANDEM_DATA")
        let uri = Settings.variable("TANDEM_MONGODB_URI")
        let named = [
            isEphemeral ? "TANDEM_EPHEMERAL" : nil, path.map { _ in "TANDEM_DATA" },
            uri.map { _ in "TANDEM_MONGODB_URI" },
        ].compactMap { $0 }
        guard named.count <= 1 else {
            throw Failure.usage("\(named.joined(separator: " and ")) exclude each other; unset all but one of them")
        }
        if isEphemeral {
            self = .folder(.ephemeral)
        } else if let path {
            self = .folder(.at(path))
        } else if let uri {
            self = try .mongoDB(uri: Self.checked(uri, "TANDEM_MONGODB_URI"))
        } else if let base = Settings.variable("XDG_DATA_HOME"), base.hasPrefix("/") {
            self = .folder(.at(base + "/tandem"))
        } else {
            guard let home = Settings.variable("HOME") else {
                throw Failure.usage("there is no HOME to keep data in; name a folder with --data")
            }
            self = .folder(.at(home + "/.local/share/tandem"))
        }
    }

    /// A folder or a connection string.
    init(naming text: String, _ option: String) throws {
        guard !text.isEmpty else { throw Failure.usage("\(option) names no store") }
        self = text.contains("://") ? try .mongoDB(uri: Self.checked(text, option)) : .folder(.at(text))
    }

    /// The store in messages, without a password.
    var name: String {
        switch self {
        case .folder(let folder): return folder.location ?? "the ephemeral store"
        case .mongoDB(let uri):
            let rest = uri.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
            let authority = rest.count > 2 ? rest[2].prefix { $0 != "/" && $0 != "?" } : ""
            return "MongoDB at " + (authority.split(separator: "@").last.map(String.init) ?? "")
        }
    }

    /// The ids of the projects that are there.
    func projects() throws -> [String] {
        switch self {
        case .folder(let folder): folder.projects
        case .mongoDB(let uri): try MongoProjects.list(uri: uri)
        }
    }

    /// Where the projects lie side by side.
    var shelf: any ProjectShelf {
        switch self {
        case .folder(let folder): folder
        case .mongoDB(let uri): MongoShelf(uri: uri)
        }
    }

    private static func folder(_ path: String) throws -> DataFolder {
        guard !path.isEmpty else { throw Failure.usage("--data names no folder") }
        return .at(path)
    }

    /// The rest of the string is the driver's to judge, at the first call.
    private static func checked(_ uri: String, _ option: String) throws -> String {
        guard uri.hasPrefix("mongodb://") || uri.hasPrefix("mongodb+srv://") else {
            throw Failure.usage("\(option) takes a connection string that starts with mongodb:// or mongodb+srv://")
        }
        return uri
    }

    /// Where the key of its projects is, unless another place is named.
    var key: KeySource {
        switch self {
        case .folder(let folder): folder.location.map { .ownFile(KeyFile(path: $0 + "/key")) } ?? .memory
        case .mongoDB: .nowhere
        }
    }

    /// The store, which opens nothing before its first use.
    func store(project: String, syncsEveryCommit: Bool) -> any DocumentStore {
        switch self {
        case .folder(let folder):
            SQLiteStore(
                SQLiteStore.Configuration(
                    folder: folder,
                    project: project,
                    syncsEveryCommit: syncsEveryCommit,
                    systemTables: SystemTables.all
                )
            )
        case .mongoDB(let uri):
            MongoStore(MongoStore.Configuration(uri: uri, project: project, systemTables: SystemTables.all))
        }
    }
}
