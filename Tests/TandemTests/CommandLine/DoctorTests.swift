import Foundation
import TestSupport
import Testing
import Values

@Suite("tandem doctor")
struct DoctorTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func findings(_ arguments: String...) throws -> (status: Int32, levels: [String: String]) {
        let doctor = try CommandRun(["doctor", "--json"] + arguments)
        var levels: [String: String] = [:]
        for finding in doctor.json?["findings"]?.array ?? [] {
            levels[finding["subject"]?.string ?? ""] = finding["level"]?.string
            #expect(finding["text"]?.string?.isEmpty == false)
        }
        return (doctor.status, levels)
    }

    @Test("Nothing is made of a store that isn't there")
    func absent() throws {
        let (status, levels) = try findings("--data", folder.path + "/none")
        #expect(status == 0)
        #expect(levels["data"] == "ok")
        #expect(folder.entries == [])
    }

    @Test("A folder that others may read is a warning, a missing key a problem")
    func folderAndKey() throws {
        let data = folder.path + "/data"
        #expect(try CommandRun(["run", "tablesDB.list", "--data", data]).status == 0)
        var (status, levels) = try findings("--data", data)
        #expect(status == 0)
        #expect(Set(levels.keys) == ["store", "permissions", "disk", "project", "jobs", "schema"])
        #expect(levels["permissions"] == "ok")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: data)
        (status, levels) = try findings("--data", data)
        #expect(status == 0)
        #expect(levels["permissions"] == "warning")
        (status, levels) = try findings("--data", data, "--key-file", folder.path + "/key")
        #expect(status == 1)
        #expect(levels["key"] == "problem")
    }

    @Test("A server that can't be reached is a problem, and its password stays secret")
    func unreachable() throws {
        let doctor = try CommandRun(["doctor", "--mongodb", "mongodb://me:hushhush@127.0.0.1:1/"])
        #expect(doctor.status == 1)
        #expect(doctor.output.contains("problem  server       MongoDB at 127.0.0.1:1 can't be reached"))
        #expect(!(doctor.output + doctor.error).contains("hushhush"))
    }

    @Test("A replica set is in order", .enabled(if: MongoServer.uri != nil))
    func replicaSet() throws {
        let (status, levels) = try findings("--mongodb", MongoServer.uri!, "--project", "nobody")
        #expect(status == 0)
        #expect(levels == ["store": "ok", "server": "ok", "clock": "ok", "project": "ok"])
    }
}
