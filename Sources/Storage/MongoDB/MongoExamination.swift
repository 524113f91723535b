import Glibc
package import Values

extension MongoStore {
    /// Looks at a deployment and a project in it without making anything.
    package static func examine(uri: String, project: String) -> [Finding] {
        let driver = MongoDriver.to(uri)
        var findings: [Finding] = []
        do {
            let connection = try driver.connection()
            defer { driver.release(connection) }
            findings.append(Finding(.ok, "store", "MongoDB at \(driver.hosts)"))
            do { try examine(connection, project, &findings) } catch let failure as MongoFailure {
                throw failure.storeError(driver.hosts)
            }
        } catch {
            findings.append(Finding(.problem, "server", "\(error)"))
        }
        return findings
    }

    private static func examine(_ connection: MongoConnection, _ project: String, _ findings: inout [Finding]) throws {
        let start = monotonicNanoseconds()
        let hello = BSONWriter.document { $0.int32("hello", 1) }
        let (set, isRouter, time) = try connection.command(hello, on: "admin") { reply in
            (try reply["setName"]?.string, try reply["msg"]?.string == "isdbgrid", try reply["localTime"]?.date)
        }
        let milliseconds = Double((monotonicNanoseconds() - start) / 10_000) / 100
        guard set != nil || isRouter else {
            findings.append(Finding(.problem, "server", MongoFailure.standalone(connection.hosts).message))
            return
        }
        let version = try connection.command(BSONWriter.document { $0.int32("buildInfo", 1) }, on: "admin") { reply in
            try reply["version"]?.string ?? "of unknown version"
        }
        let kind = set.map { "replica set \($0)" } ?? "mongos"
        findings.append(Finding(.ok, "server", "MongoDB \(version), \(kind), answers in \(milliseconds) ms"))
        if let time { findings.append(clock(time)) }
        findings.append(try state(connection, project))
    }

    private static func clock(_ time: Timestamp) -> Finding {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let difference = abs(time.milliseconds - (Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000))
        return difference > 1000
            ? Finding(
                .warning,
                "clock",
                "this machine and the server differ by \(difference) ms; synchronise both, because creation order "
                    + "between processes follows their clocks"
            ) : Finding(.ok, "clock", "within \(max(difference, 1)) ms of the server's")
    }

    private static func state(_ connection: MongoConnection, _ project: String) throws -> Finding {
        var format: Int64?
        try connection.findOne(
            BSONWriter.document { $0.string("_id", "project") },
            in: MongoCollection(database: MongoNames.metadata(of: project), name: "meta"),
            nil
        ) { document in
            format = try document["format"]?.integer
        }
        guard let format else {
            return Finding(.ok, "project", "'\(project)' is not there yet; the first call makes it")
        }
        return format > MongoProject.format
            ? Finding(.problem, "project", "'\(project)' has the newer format \(format); use a newer Tandem")
            : Finding(.ok, "project", "\(project), format \(format)")
    }
}
