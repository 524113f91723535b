import ArgumentParser
import Engine
import Glibc
import Synchronization
import Values

/// `tandem key`: the key that encrypts columns.
struct Key: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Change the key that encrypts columns.",
        subcommands: [KeyRotate.self]
    )
}

/// `tandem key rotate`.
struct KeyRotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Give a project a new key and encrypt its columns again with it.",
        discussion: """
            The present key is found as always, with --key-file or in the data folder. Rows can be read and written \
            meanwhile: running processes find the new key in its file, so put it at the same path on every machine \
            first. When the command was interrupted, a running Tandem goes on with the work, as does the same command \
            when it is run again. In the end the project has the new key: start Tandem with --key-file and the new file \
            from then on. Keep the old key as long as you keep backups from before.

            EXAMPLES
              (umask 077; head -c 32 /dev/urandom > /secure/new.key)
              tandem key rotate --new-key-file /secure/new.key
              tandem key rotate --mongodb mongodb://db1,db2,db3/?replicaSet=rs0 --key-file old.key --new-key-file new.key
            """
    )

    @OptionGroup var options: Options

    @Option(help: ArgumentHelp("File with the new key, 32 bytes or more.", valueName: "path"))
    var newKeyFile: String

    func run() async throws {
        let settings = try Settings(options)
        guard !settings.isReadOnly else { throw Failure.usage("--read-only can't change a key") }
        guard let path = absolute(newKeyFile) else {
            throw Failure(status: 1, message: "tandem: the key file \(newKeyFile) can't be read")
        }
        let backend = Backend(settings, log: settings.log)
        let rotation = backend.engine.keyRotation
        let console = ProgressConsole()
        let result: Result<Int, any Error>
        do {
            let rows = try await rotation.run(to: KeyFile(path: path)) { rows in
                console.show("\(settings.project): \(rows) rows done")
            }
            result = .success(rows)
        } catch { result = .failure(error) }
        await backend.close()
        switch result {
        case .success(let rows):
            writeOutput("\(settings.project): \(rows) rows done; its key is now \(path)")
        case .failure(let error as AppError):
            throw Failure(status: 1, message: "tandem: \(error.message) \(error.hint ?? "")")
        case .failure(let error): throw Failure(status: 1, message: "tandem: \(error)")
        }
    }

    /// The path as processes elsewhere on the machine can use it.
    private func absolute(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }
}
