import Values

/// The words in which events of databases are told. Whoever listens in one API hears what was done through another.
enum EventForm: Sendable, CaseIterable {
    case tables, collections
    /// Only followers of the moment hear it, and only of databases that were made with `tablesDB`.
    case tablesDB

    init(_ dialect: Dialect) { self = dialect == .tables ? .tables : .collections }

    /// What a kind of resource is called.
    private func word(_ kind: String) -> String {
        switch self {
        case .tables: kind
        case .collections: Self.collectionWords[kind] ?? kind
        case .tablesDB: kind == "databases" ? "tablesdb" : kind
        }
    }

    /// What the resources of an event are called.
    func words(of path: EventPath) -> [String] {
        path.resources.map { path.isInDatabase ? word($0.kind) : $0.kind }
    }

    private static let collectionWords = Dictionary(
        uniqueKeysWithValues: ["tables", "rows", "columns"].map { ($0, Dialect.collections.translated($0)) }
    )
    private static let tableWords = Dictionary(uniqueKeysWithValues: collectionWords.map { ($1, $0) })

    /// The kind of what the dialect of collections calls so; nil for words that both dialects use.
    static func kind(ofCollections word: String) -> String? { tableWords[word] }
}
