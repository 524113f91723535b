import Engine
import Telemetry

/// The caches of lists of all projects. What those of projects have counted that are closed by now still counts.
struct CacheTotals: Sendable {
    private var current: [ObjectIdentifier: CacheStatistics] = [:]
    private var past = (hits: 0, misses: 0, evictions: 0)

    mutating func add(_ caches: [(id: ObjectIdentifier, statistics: CacheStatistics)]) {
        let new = Dictionary(caches.map { ($0.id, $0.statistics) }) { $1 }
        for (id, old) in current {
            // What begins anew under the same identity is another cache.
            if let now = new[id], now.hits >= old.hits, now.misses >= old.misses { continue }
            past.hits += old.hits
            past.misses += old.misses
            past.evictions += old.evictions
        }
        current = new
    }

    var families: [MetricFamily] {
        func sum(_ value: (CacheStatistics) -> Int) -> Double { Double(current.values.reduce(0) { $0 + value($1) }) }
        func counter(_ name: String, _ help: String, _ past: Int, _ value: (CacheStatistics) -> Int) -> MetricFamily {
            MetricFamily("tandem_list_cache_\(name)", .counter, help, Double(past) + sum(value))
        }
        func gauge(_ name: String, _ help: String, _ value: (CacheStatistics) -> Int) -> MetricFamily {
            MetricFamily("tandem_list_cache_\(name)", .gauge, help, sum(value))
        }
        return [
            counter("hits_total", "Lists that were answered from memory.", past.hits) { $0.hits },
            counter("misses_total", "Lists that might have been in memory and were read.", past.misses) { $0.misses },
            counter("evictions_total", "Lists that made room for others.", past.evictions) { $0.evictions },
            gauge("entries", "Lists that are kept in memory.") { $0.entries },
            gauge("bytes", "Memory that they take.") { $0.bytes },
            gauge("max_bytes", "Memory that they may take.") { $0.maximumBytes },
        ]
    }
}
