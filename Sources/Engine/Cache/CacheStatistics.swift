import Values

/// How the cache of lists does, since this process began.
package struct CacheStatistics: Sendable, Equatable {
    package var entries: Int
    package var bytes: Int
    package var maximumBytes: Int
    package var hits: Int
    package var misses: Int
    package var waits: Int
    package var evictions: Int

    var json: JSON {
        [
            "entries": .int(Int64(entries)), "bytes": .int(Int64(bytes)), "maximumBytes": .int(Int64(maximumBytes)),
            "hits": .int(Int64(hits)), "misses": .int(Int64(misses)), "waits": .int(Int64(waits)),
            "evictions": .int(Int64(evictions)),
        ]
    }
}
