import GRDBSQLite
import Glibc
package import Values

extension SQLiteStore {
    /// Looks at the folder of an embedded store without making or opening anything.
    package static func examine(_ folder: DataFolder, project: String) -> [Finding] {
        guard let path = folder.location else {
            return [Finding(.ok, "store", "embedded, ephemeral: it exists only while a process uses it")]
        }
        var findings = [Finding(.ok, "store", "embedded, in \(path), SQLite \(String(cString: sqlite3_libversion()))")]
        var status = stat()
        guard stat(path, &status) == 0 else {
            findings.append(Finding(.ok, "data", "nothing is there yet; the first call makes it"))
            if let disk = disk(existing(path)) { findings.append(disk) }
            return findings
        }
        findings.append(permissions(path))
        if let disk = disk(path) { findings.append(disk) }
        let database = "\(path)/projects/\(project).sqlite"
        findings.append(
            access(database, F_OK) == 0
                ? Finding(.ok, "project", "\(project), \(size(database)) MB")
                : Finding(.ok, "project", "'\(project)' is not there yet; the first call makes it")
        )
        return findings
    }

    private static func existing(_ path: String) -> String {
        var path = path
        while access(path, F_OK) != 0, let slash = path.lastIndex(of: "/"), slash > path.startIndex {
            path = String(path[..<slash])
        }
        return path
    }

    private static func permissions(_ path: String) -> Finding {
        var open: [String] = []
        let projects = path + "/projects"
        for file in [path, projects] + DataFolder.entries(of: projects).map({ projects + "/" + $0 }) {
            var status = stat()
            if stat(file, &status) == 0, status.st_mode & 0o077 != 0 { open.append(file) }
        }
        guard let first = open.first else {
            guard access(path, R_OK | W_OK | X_OK) == 0 else {
                return Finding(.problem, "permissions", "this user may not write to \(path); change its owner")
            }
            return Finding(.ok, "permissions", "for its owner alone")
        }
        let others = open.count > 1 ? " and \(open.count - 1) more" : ""
        return Finding(
            .warning,
            "permissions",
            "others may read \(first)\(others); close it with: chmod -R go= '\(path)'"
        )
    }

    private static func disk(_ path: String) -> Finding? {
        var status = statvfs()
        guard statvfs(path, &status) == 0, status.f_blocks > 0 else { return nil }
        let free = UInt64(status.f_bavail) * UInt64(status.f_frsize)
        let share = Double(status.f_bavail) / Double(status.f_blocks)
        let text = "\(free >> 20) MB free"
        return free < 1 << 30 || share < 0.05
            ? Finding(.warning, "disk", "\(text) is little; a full disk refuses writes, so make room")
            : Finding(.ok, "disk", text)
    }

    private static func size(_ path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) >> 20 : 0
    }
}
