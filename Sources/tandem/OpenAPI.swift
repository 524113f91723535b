import ArgumentParser
import Catalog
import Engine
import Values

/// `tandem openapi`: the REST form of what is served, for code generators and people who read them.
struct WriteOpenAPI: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "openapi",
        abstract: "Write the OpenAPI 3.1 description of what is served; JSON on stdout.",
        discussion: """
            EXAMPLES
              tandem openapi > openapi.json
              tandem openapi --services tablesDB,users
              tandem openapi --server https://api.example.org --read-only

            --services, --scopes and --read-only narrow it as they narrow what is served. No store is opened.
            """
    )

    @OptionGroup var options: Options

    @Option(
        help: ArgumentHelp(
            "Address of the server, http or https.",
            discussion: "Default: http://127.0.0.1:8080.",
            valueName: "url"
        )
    )
    var server = "http://127.0.0.1:8080"

    func run() throws {
        let settings = try Settings(options)
        guard URLText.host(of: server) != nil else {
            throw Failure.usage("--server takes an address such as https://api.example.org")
        }
        let catalog = Catalog.embedded.narrowed(
            services: settings.services,
            scopes: settings.scopes,
            readOnly: settings.isReadOnly
        )
        let description = OpenAPI(
            catalog,
            version: Release.version,
            server: String(server.reversed().drop { $0 == "/" }.reversed()),
            isOpenToGuests: Access.isOpenToGuests
        )
        writeOutput(description.document.text)
    }
}
