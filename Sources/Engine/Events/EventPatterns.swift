package import Catalog
import Values

/// The events that webhooks may ask for, by patterns such as `users.*.update` and `buckets.photos.files.*`.
///
/// They are those that operations of the catalog cause, in the words of every API. A pattern may end after an id, and
/// then stands for whatever is done to that resource, or after any part of an action.
package struct EventPatterns: Sendable {
    private enum Part: Hashable {
        case word(String)
        case id
        case action(String)
    }

    private let known: [[Part]]

    /// The longest pattern, in bytes.
    static let maximumLength = 255

    /// What webhooks hear of. Keys, variables and other settings of the project are nobody else's business.
    private static let open: Set<String> = [
        "users", "databases", "buckets", "teams", "functions", "sites", "messages", "topics", "providers", "schedules",
        "rules", "reports",
    ]

    package init(_ catalog: Catalog) {
        self.init(catalog.operations.compactMap(\.event))
    }

    init(_ events: [String]) {
        var known: Set<[Part]> = []
        for event in events {
            let path = EventPath(event, [])
            guard let kind = path.resources.first?.kind, Self.open.contains(kind) else { continue }
            for form in path.isInDatabase ? EventForm.allCases : [.tables] {
                let places = form.words(of: path).flatMap { [Part.word($0), .id] }
                known.insert(places + path.actions.map { .action($0) })
            }
        }
        self.known = Array(known)
    }

    /// Whether a pattern names events that can happen.
    package func isValid(_ pattern: String) -> Bool {
        guard pattern.utf8.count <= Self.maximumLength else { return false }
        let segments = pattern.split(separator: ".", omittingEmptySubsequences: false)[...]
        return known.contains { Self.fits(segments, $0[...]) }
    }

    private static func fits(_ segments: ArraySlice<Substring>, _ parts: ArraySlice<Part>) -> Bool {
        guard let part = parts.first, let segment = segments.first else { return false }
        switch part {
        case .word(let word):
            return segment == word && fits(segments.dropFirst(), parts.dropFirst())
        case .action(let word):
            let rest = segments.dropFirst()
            return segment == word && (rest.isEmpty || fits(rest, parts.dropFirst()))
        case .id:
            if segment == "*" {
                let rest = segments.dropFirst()
                return rest.isEmpty || fits(rest, parts.dropFirst())
            }
            // An id may hold dots, so it may be several segments.
            for count in 1...segments.count {
                guard ID.isValid(segments.prefix(count).joined(separator: ".")) else { continue }
                let rest = segments.dropFirst(count)
                if rest.isEmpty || fits(rest, parts.dropFirst()) { return true }
            }
            return false
        }
    }
}
