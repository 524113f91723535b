import ArgumentParser
import Catalog
import Values

/// `tandem search`: what `catalog-search` returns, for a person.
struct SearchCatalog: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Find operations by what they do.",
        discussion: """
            EXAMPLES
              tandem search add a column
              tandem search tablesDB.listRows --schema
              tandem search --limit 1 --json sort rows
            """
    )

    @OptionGroup var options: Options

    @Argument(help: "Plain words, or the id of an operation.")
    var words: [String]

    @Option(help: ArgumentHelp("How many hits to show, 1 to 20.", valueName: "n"))
    var limit = 5

    @Option(help: ArgumentHelp("Only operations of this service.", valueName: "id"))
    var service: String?

    @Flag(help: "Show the JSON Schema of the arguments.")
    var schema = false

    @Flag(help: "Print the answer of catalog-search as JSON.")
    var json = false

    func run() throws {
        guard (1...20).contains(limit) else { throw Failure.usage("--limit takes 1 to 20") }
        let settings = try Settings(options)
        let catalog = Catalog.embedded.narrowed(
            services: settings.services,
            scopes: settings.scopes,
            readOnly: settings.isReadOnly
        )
        let answer = catalog.search(
            query: words.joined(separator: " "),
            service: service,
            limit: limit,
            detail: schema ? .schema : .signature
        )
        if json { return writeOutput(answer.text) }
        for hit in answer["hits"]?.array ?? [] {
            let effect = hit["effect"]?.string ?? ""
            writeOutput("\(hit["operation"]?.string ?? "")  (\(effect))")
            writeOutput("  \(hit["summary"]?.string ?? "")")
            writeOutput("  \(hit["signature"]?.string ?? "")")
            if schema, let schema = hit["schema"] { writeOutput("  \(schema.text)") }
        }
        let shown = answer["hits"]?.array?.count ?? 0
        let total = answer["total"]?.int ?? 0
        if total > shown { writeOutput("\(shown) of \(total); --limit shows more") }
        if let hint = answer["hint"]?.string { writeOutput(hint) }
    }
}
