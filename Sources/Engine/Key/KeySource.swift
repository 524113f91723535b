package import Values

/// Where the key of a project comes from.
package enum KeySource: Sendable {
    /// A file that was named. It must be there, and is checked before anything is read or written.
    case named(KeyFile)
    /// The file of a data folder, made when a key is first needed.
    case ownFile(KeyFile)
    /// Nowhere but in this process, for a store that ends with it.
    case memory
    /// Nowhere: what needs a key is refused.
    case nowhere

    /// Whether there is a key where one is looked for; nil where none is or none was needed yet.
    package var finding: Finding? {
        switch self {
        case .named(let file): file.finding
        case .ownFile(let file): file.isThere ? file.finding : nil
        case .memory, .nowhere: nil
        }
    }
}
