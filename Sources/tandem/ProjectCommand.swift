import ArgumentParser
import Engine
import Values

/// `tandem project`: the projects of a store, and their API keys.
struct ProjectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "project",
        abstract: "Make, list and delete projects and their API keys.",
        discussion: """
            EXAMPLES
              tandem project create shop --name 'The shop'
              tandem project list
              tandem project delete shop --yes
              KEY=$(tandem project key create rows.read rows.write --project shop --name server)
              tandem project key list --project shop
              tandem project key delete 65f0c9a1b2c3d4e5f607 --project shop
            """,
        subcommands: [ProjectCreate.self, ProjectList.self, ProjectDelete.self, ProjectKey.self]
    )
}

/// `tandem project create`.
struct ProjectCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a project; what it is answered with is JSON on stdout.",
        discussion: """
            A project has users, data, keys and settings of its own. Its data is made at the first call in it. Any \
            command with --project makes one too, which has its id as name then.

            EXAMPLES
              tandem project create shop
              tandem project create shop --name 'The shop' --organisation sales
            """
    )

    @OptionGroup var options: Options

    @Argument(help: "Id of the project: 1 to 36 of a-z 0-9 -, or unique().")
    var id: String

    @Option(help: ArgumentHelp("Name for people.", discussion: "Default: the id.", valueName: "text"))
    var name: String?

    @Option(
        help: ArgumentHelp("Team of the console whose members administer it.", valueName: "id")
    )
    var organisation: String?

    func run() async throws {
        var arguments: JSONObject = ["projectId": .string(id), "name": .string(name ?? id)]
        if let organisation { arguments["teamId"] = .string(organisation) }
        writeOutput(try await Console(options).call("projects.create", arguments).text)
    }
}

/// `tandem project list`.
struct ProjectList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the projects of the store, a line each: id, name, organisation.",
        discussion: """
            EXAMPLES
              tandem project list
              tandem project list --mongodb mongodb://db1,db2,db3/?replicaSet=rs0 --json
            """
    )

    @OptionGroup var options: Options

    @Flag(help: "Print them as JSON.")
    var json = false

    func run() async throws {
        let items = try await Console(options).list("projects.list", "projects")
        if json { return writeOutput((["projects": .array(items)] as JSON).text) }
        Columns.write(items.map { item in ["$id", "name", "teamId"].map { item[$0]?.string ?? "" } })
    }
}

/// `tandem project delete`.
struct ProjectDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete a project with everything in it.",
        discussion: """
            Its data is removed for good. Where another process has the project open, its data is gone when that \
            closes it; nobody reaches it any more in the meantime.

            EXAMPLES
              tandem project delete shop --yes
            """
    )

    @OptionGroup var options: Options

    @Argument(help: "Id of the project.")
    var id: String

    func run() async throws {
        let console = try Console(options)
        let isConfirmed = console.settings.skipsConfirmation
        let name = try await console.call(isConfirmed ? "projects.delete" : "projects.get", ["projectId": .string(id)])
        guard isConfirmed else {
            throw Failure(
                status: 1,
                message: "tandem: this deletes the project '\(id)' (\(name["name"]?.string ?? "")) with its databases, "
                    + "users, keys and settings; repeat the command with --yes"
            )
        }
        writeOutput("\(id): deleted")
    }
}
