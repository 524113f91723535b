import ArgumentParser
import Engine
import Values

/// `tandem project key`: the API keys of a project.
struct ProjectKey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Make, list and delete the API keys of a project.",
        subcommands: [ProjectKeyCreate.self, ProjectKeyList.self, ProjectKeyDelete.self]
    )
}

/// `tandem project key create`.
struct ProjectKeyCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make an API key; its secret is all that stands on stdout, this once.",
        discussion: """
            Whoever has the secret may run the operations of the key's scopes, past all permissions. Only a hash of it \
            is kept. The id of the key is told on stderr.

            EXAMPLES
              KEY=$(tandem project key create rows.read rows.write --project shop --name server)
              tandem project key create --all-scopes --name admin --expire 2027-01-01T00:00:00Z
            """
    )

    @OptionGroup var options: Options

    @Argument(help: ArgumentHelp("What calls with the key may do, such as rows.read.", valueName: "scope"))
    var keyScopes: [String] = []

    @Flag(help: "Give it every scope.")
    var allScopes = false

    @Option(help: ArgumentHelp("What it is for.", valueName: "text"))
    var name: String

    @Option(help: ArgumentHelp("Id to give the key.", discussion: "Default: one is made.", valueName: "id"))
    var keyId = "unique()"

    @Option(help: ArgumentHelp("When it stops working.", discussion: "Default: never.", valueName: "time"))
    var expire: String?

    func run() async throws {
        guard allScopes == keyScopes.isEmpty else {
            throw Failure.usage("name the scopes of the key, or give it all with --all-scopes")
        }
        let project = try Console(options, inProject: true)
        var scopes = keyScopes.map { JSON.string($0) }
        if allScopes { scopes = try await project.list("console.listProjectScopes", "scopes").compactMap { $0["$id"] } }
        var arguments: JSONObject = ["keyId": .string(keyId), "name": .string(name), "scopes": .array(scopes)]
        if let expire { arguments["expire"] = .string(expire) }
        let key = try await project.call("project.createKey", arguments)
        writeError("\(project.settings.project): key \(key["$id"]?.string ?? ""), its secret is not shown again")
        writeOutput(key["secret"]?.string ?? "")
    }
}

/// `tandem project key list`.
struct ProjectKeyList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the API keys of a project, a line each: id, name, end, scopes.",
        discussion: """
            EXAMPLES
              tandem project key list --project shop
            """
    )

    @OptionGroup var options: Options

    @Flag(help: "Print them as JSON.")
    var json = false

    func run() async throws {
        let items = try await Console(options, inProject: true).list("project.listKeys", "keys")
        if json { return writeOutput((["keys": .array(items)] as JSON).text) }
        Columns.write(
            items.map { item in
                let end = item["expire"]?.string ?? ""
                return [
                    item["$id"]?.string ?? "", item["name"]?.string ?? "", end.isEmpty ? "never" : end,
                    (item["scopes"]?.strings ?? []).joined(separator: ","),
                ]
            }
        )
    }
}

/// `tandem project key delete`.
struct ProjectKeyDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete an API key, which opens nothing from then on.",
        discussion: """
            EXAMPLES
              tandem project key delete 65f0c9a1b2c3d4e5f607 --project shop
            """
    )

    @OptionGroup var options: Options

    @Argument(help: "Id of the key.")
    var id: String

    func run() async throws {
        let project = try Console(options, inProject: true)
        _ = try await project.call("project.deleteKey", ["keyId": .string(id)])
        writeOutput("\(id): deleted")
    }
}
