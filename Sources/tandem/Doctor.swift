import ArgumentParser
import Engine
import Glibc
import Logging
import Storage
import Values

/// `tandem doctor`: whether the store is in order, and what a server needs.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look whether the store, addresses and certificates are in order, and say what to do where not.",
        discussion: """
            Makes nothing. Exits with 1 when there is a problem, otherwise with 0. Addresses and the certificate are those \
            of --http, --metrics, --tls-cert and --tls-key, where they are given.

            EXAMPLES
              tandem doctor
              tandem doctor --mongodb mongodb://db1,db2,db3/?replicaSet=rs0 --project shop
              tandem doctor --http 0.0.0.0:443 --tls-cert chain.pem --tls-key key.pem
              tandem doctor --json
            """
    )

    @OptionGroup var options: Options

    @Flag(help: "Print the findings as JSON.")
    var json = false

    func run() async throws {
        let settings = try Settings(options)
        var findings = settings.place.findings(project: settings.project)
        if !findings.contains(where: { $0.level == .problem || $0.text.contains("not there yet") }),
            settings.place.exists
        {
            let store = settings.place.store(project: settings.project, syncsEveryCommit: false)
            do { findings += try await Examination.findings(store) } catch {
                findings.append(Finding(.problem, "data", "\(error)"))
            }
            await store.close()
        }
        if let finding = settings.key.finding { findings.append(finding) }
        findings += await settings.addressFindings()
        report(findings)
        if findings.contains(where: { $0.level == .problem }) { Glibc.exit(1) }
    }

    private func report(_ findings: [Finding]) {
        if json {
            let items = findings.map { finding -> JSON in
                [
                    "level": .string(finding.level.rawValue), "subject": .string(finding.subject),
                    "text": .string(finding.text),
                ]
            }
            return writeOutput((["findings": .array(items)] as JSON).text)
        }
        for finding in findings {
            let level = finding.level.rawValue + String(repeating: " ", count: 8 - finding.level.rawValue.count)
            let subject = finding.subject + String(repeating: " ", count: max(0, 12 - finding.subject.count))
            writeOutput("\(level) \(subject) \(finding.text)")
        }
    }
}

extension StorePlace {
    /// What can be seen without opening the project.
    fileprivate func findings(project: String) -> [Finding] {
        switch self {
        case .folder(let folder): SQLiteStore.examine(folder, project: project)
        case .mongoDB(let uri): MongoStore.examine(uri: uri, project: project)
        }
    }

    /// Whether there is something that lasts.
    fileprivate var exists: Bool {
        switch self {
        case .folder(let folder): folder.location.map { access($0 + "/tandem.json", F_OK) == 0 } ?? false
        case .mongoDB: true
        }
    }
}
