import ArgumentParser
import Engine
import Glibc
import Storage

/// `tandem copy`: projects from one store to another.
struct Copy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copy projects between folders and MongoDB, and compare them.",
        discussion: """
            A store is a folder or a connection string. The target project must be empty. From folder to folder the \
            copy is a backup as of one moment, while others may write. In all other cases nobody should write \
            meanwhile: tables are compared afterwards by the number of their rows and a hash of their contents. A copy \
            that was interrupted goes on where it was when the same command is run again. Ids, dates and permissions \
            stay, sequences are made anew in the same order, and the log of events is not copied. Encrypted columns are \
            copied as they are and need the same key there, which you have to copy yourself.

            EXAMPLES
              tandem copy --from ~/.local/share/tandem --to /backup/monday
              tandem copy --from ./data --to 'mongodb://db1,db2,db3/?replicaSet=rs0' --project shop
              tandem copy --from mongodb://localhost/?replicaSet=rs0 --to ./data --all
            """
    )

    @Option(help: ArgumentHelp("Where the projects are.", valueName: "store"))
    var from: String

    @Option(help: ArgumentHelp("Where they shall be.", valueName: "store"))
    var to: String

    @Option(
        help: ArgumentHelp("A project to copy; may be repeated.", discussion: "Default: default.", valueName: "id")
    )
    var project: [String] = []

    @Flag(help: "Copy every project.")
    var all = false

    func run() async throws {
        guard !all || project.isEmpty else { throw Failure.usage("--all and --project exclude each other") }
        guard from != to else { throw Failure.usage("--from and --to name the same store") }
        let (source, target) = (try StorePlace(naming: from, "--from"), try StorePlace(naming: to, "--to"))
        let console = ProgressConsole()
        do {
            let projects = all ? try source.projects() : project.isEmpty ? ["default"] : project
            guard !projects.isEmpty else { throw StoreError(.unavailable, "there is no project in \(source.name)") }
            for project in projects { try await copy(project, source, target, console) }
            if case .ownFile(let key) = source.key, key.isThere {
                writeError(
                    "Encrypted columns need the key \(key.path), which is not copied; keep a copy of it elsewhere."
                )
            }
        } catch {
            throw Failure(status: 1, message: "tandem: \(error)")
        }
    }

    private func copy(
        _ project: String,
        _ source: StorePlace,
        _ target: StorePlace,
        _ console: ProgressConsole
    ) async throws {
        if case .folder(let from) = source, case .folder(let to) = target {
            try SQLiteStore.backUp(project, from: from, to: to)
            return writeOutput("\(project): backed up")
        }
        guard try source.projects().contains(project) else {
            throw StoreError(.unavailable, "there is no project '\(project)' in \(source.name)")
        }
        let from = source.store(project: project, syncsEveryCommit: false)
        let to = target.store(project: project, syncsEveryCommit: false)
        let copy = ProjectCopy(from: from, to: to, identity: "\(source.name) \(project)") { progress in
            console.show(project, progress)
        }
        let result: Result<(tables: Int, rows: Int), any Error>
        do { result = .success(try await copy.run()) } catch { result = .failure(error) }
        await from.close()
        await to.close()
        let (tables, rows) = try result.get()
        writeOutput("\(project): \(tables) tables with \(rows) rows, the same in both stores")
    }
}

extension ProgressConsole {
    fileprivate func show(_ project: String, _ progress: ProjectCopy.Progress) {
        let work = progress.isVerifying ? "compared" : "copied"
        show("\(project): \(progress.table): \(progress.rows) of about \(progress.of) rows \(work)")
    }
}
