import ArgumentParser
import Glibc
import Values

/// The command line: one binary, several commands, the protocol being the default one.
@main
struct Tandem: AsyncParsableCommand {
    static let version = Release.version

    static let configuration = CommandConfiguration(
        commandName: "tandem",
        abstract: "A backend that AI agents drive with two tools.",
        discussion: """
            Without a command tandem speaks the Model Context Protocol on stdin and stdout, for an editor or an agent \
            that launches it.

            EXAMPLES
              tandem                                             serve an agent, data in ~/.local/share/tandem
              tandem --data ./data                               the same, data in ./data
              tandem serve --http 127.0.0.1:8080                 answer Appwrite's REST API
              tandem search add a column                         what catalog-search finds
              tandem run tablesDB.create databaseId=shop name=Shop
              tandem run tablesDB.listRows databaseId=shop tableId=orders --as guest
              tandem copy --from ./data --to /backup/monday      a backup
              tandem export shop orders > orders.jsonl           the rows of a table; tandem import reads them
              tandem openapi > openapi.json                      the REST form of all this, for code generators
              tandem project list                                which projects there are
              tandem doctor                                      whether the store is in order

            Every option is also an environment variable: --data is TANDEM_DATA, --read-only is TANDEM_READ_ONLY=1. An \
            option beats its variable.
            """,
        version: "tandem \(version)",
        subcommands: [
            ServeMCP.self, Serve.self, RunOperation.self, SearchCatalog.self, Doctor.self, Copy.self, Key.self,
            ExportRows.self, ImportRows.self, ProjectCommand.self, WriteOpenAPI.self,
        ],
        defaultSubcommand: ServeMCP.self
    )

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as Failure {
            writeError(failure.message)
            Glibc.exit(failure.status)
        } catch {
            let isSuccess = exitCode(for: error).isSuccess
            let text = fullMessage(for: error)
            if isSuccess { writeOutput(text) } else { writeError(text) }
            Glibc.exit(isSuccess ? 0 : 2)
        }
    }
}

/// How a command ends when it does not succeed.
struct Failure: Error {
    /// 1: the operation failed; 2: bad usage.
    var status: Int32
    var message: String

    static func usage(_ message: String) -> Failure {
        Failure(status: 2, message: "tandem: \(message)\nSee 'tandem --help'.")
    }
}

/// Writes a text and a line end to stdout.
func writeOutput(_ text: String) { write(text, to: 1) }

/// Writes a text and a line end to stderr.
func writeError(_ text: String) { write(text, to: 2) }

private func write(_ text: String, to descriptor: Int32) {
    let bytes = Array((text + "\n").utf8)
    var offset = 0
    while offset < bytes.count {
        let count = bytes[offset...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return }
        offset += count
    }
}
