import Glibc

/// What the system knows of this process, under the names that Prometheus has for it.
package enum ProcessFigures {
    /// - Parameter version: that of the program.
    package static func source(version: String) -> MetricsRegistry.Source {
        let build = MetricFamily(
            "tandem_build_info",
            .gauge,
            "Always 1; its label tells the version.",
            [MetricFamily.Sample(1, [MetricFamily.Label("version", version)])]
        )
        let start = startSeconds.map {
            MetricFamily("process_start_time_seconds", .gauge, "When the process began, in seconds since 1970.", $0)
        }
        return { [build] + current + (start.map { [$0] } ?? []) }
    }

    private static var current: [MetricFamily] {
        var families = [
            MetricFamily("process_cpu_seconds_total", .counter, "Processor time of this process.", cpuSeconds)
        ]
        let page = Double(sysconf(Int32(_SC_PAGESIZE)))
        let memory = numbers(in: "/proc/self/statm")
        if memory.count > 1 {
            families.append(
                MetricFamily("process_virtual_memory_bytes", .gauge, "Size of its address space.", memory[0] * page)
            )
            families.append(
                MetricFamily("process_resident_memory_bytes", .gauge, "Its memory in RAM.", memory[1] * page)
            )
        }
        if let files = openFiles {
            families.append(MetricFamily("process_open_fds", .gauge, "Files and sockets that are open.", files))
        }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            let most = Double(limit.rlim_cur)
            families.append(MetricFamily("process_max_fds", .gauge, "Files and sockets that may be open.", most))
        }
        return families
    }

    private static var cpuSeconds: Double {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    private static var openFiles: Double? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var count = 0
        while let entry = readdir(folder) { if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 } }
        // The folder itself is open while it is read.
        return Double(count - 1)
    }

    /// In seconds since 1970: the moment at which the machine began, and what passed until the process did.
    private static var startSeconds: Double? {
        let text = text(of: "/proc/self/stat")
        // The name of the program stands in parentheses and may hold anything; the 22nd field is the 20th after it.
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[end...].split(separator: " ").dropFirst()
        guard fields.count > 20, let ticks = Double(fields[fields.startIndex + 19]) else { return nil }
        let line = Self.text(of: "/proc/stat").split(separator: "\n").first { $0.hasPrefix("btime ") }
        guard let boot = line.flatMap({ Double($0.dropFirst(6)) }) else { return nil }
        return boot + ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func numbers(in path: String) -> [Double] {
        text(of: path).split(whereSeparator: { $0 == " " || $0 == "\n" }).compactMap { Double($0) }
    }

    private static func text(of path: String) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while bytes.count < 1 << 20 {
            let count = read(file, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
