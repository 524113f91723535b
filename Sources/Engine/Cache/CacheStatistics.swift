import Values

/// How the cache of lists does, since this process began.
struct CacheStatistics: Sendable, Equatable {
    var entries: Int
    var bytes: Int
    var maximumBytes: Int
    var hits: Int
    var misses: Int
    var waits: Int
    var evictions: Int

    var json: JSON {
        [
            "entries": .int(Int64(entries)), "bytes": .int(Int64(bytes)), "maximumBytes": .int(Int64(maximumBytes)),
            "hits": .int(Int64(hits)), "misses": .int(Int64(misses)), "waits": .int(Int64(waits)),
            "evictions": .int(Int64(evictions)),
        ]
    }
}
