struct Vocabulary: Sendable {
    init(_ reader: ObjectReader) {}
}
struct SearchIndex: Sendable {
    struct Ranking { var hits: [(operation: Operation, score: Double)] = [] }
    init(operations: [Operation], services: [Catalog.Service], vocabulary: Vocabulary) {}
    func ranked(_ query: String, service: String?) -> Ranking { Ranking() }
}
