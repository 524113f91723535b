import Values

extension MongoCompiler {
    /// The condition of a full-text search, in whose text words and phrases are written as the server reads them.
    func search(_ operand: JSON) -> [UInt8] {
        if hasSearched { return Self.all([]) }
        let search = WordSearch(operand.string ?? "")
        guard !search.words.isEmpty else { return Self.nothing }
        let text = (search.words + search.phrases.map { "\"\($0)\"" }).joined(separator: " ")
        return BSONWriter.document { writer in writer.document("$text") { $0.string("$search", text) } }
    }

    /// The search of a query by itself: the server wants it in the first stage of a pipeline.
    func searching(_ filters: [Filter]) -> [UInt8]? {
        for filter in filters {
            switch filter {
            case .compare(_, .search, let operands): return search(operands[0])
            case .and(let parts): if let found = searching(parts) { return found }
            case .compare, .or, .related: continue
            }
        }
        return nil
    }

    /// The compiler of what comes after a stage that has searched.
    func settling(_ searching: [UInt8]?) -> MongoCompiler {
        var compiler = self
        compiler.hasSearched = searching != nil
        return compiler
    }
}
