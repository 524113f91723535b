import CMongoC

/// What the driver or the server answered instead of what was asked for.
struct MongoFailure: Error {
    /// The server's code, or one of the driver.
    var code: Int32
    var message: String
    private var flags: UInt32

    init(_ error: tandem_mongo_error) {
        code = error.code
        flags = error.flags
        message = withUnsafeBytes(of: error.message) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    /// A failure that a reply reports although the command itself went through.
    init(serverCode: Int32, _ message: String) {
        code = serverCode
        self.message = message
        flags = UInt32(TANDEM_MONGO_FROM_SERVER)
    }

    /// The schema is being changed by somebody else, which is over in a moment.
    static let schemaChanges = MongoFailure(serverCode: 112, "the schema is being changed")

    private func has(_ flag: Int) -> Bool { flags & UInt32(flag) != 0 }

    /// Codes of the server's `error_codes.yml` that matter here.
    enum Code {
        static let duplicateKey: Int32 = 11000
        static let namespaceNotFound: Int32 = 26
        static let indexNotFound: Int32 = 27
        static let namespaceExists: Int32 = 48
        static let indexOptionsConflict: Int32 = 85
        static let indexKeySpecsConflict: Int32 = 86
        static let changeStreamFatal: Int32 = 280
        static let historyLost: Int32 = 286
        static let tooManyIndexes: Int32 = 67
        static let conversionFailure: Int32 = 241
        static let transactionTooLargeForCache: Int32 = 388
    }

    var isDuplicateKey: Bool { has(TANDEM_MONGO_FROM_SERVER) && code == Code.duplicateKey }

    /// Whether the commit may or may not have happened; asking again is safe.
    var isUnknownCommit: Bool { has(TANDEM_MONGO_UNKNOWN_COMMIT) }

    /// Whether the same work has a chance in a new transaction or from a new snapshot.
    var isTransient: Bool {
        if has(TANDEM_MONGO_TRANSIENT_TRANSACTION) || isConnection || isCacheFull { return true }
        // Write conflict, snapshot unavailable, no such transaction, stale configuration, lock timeout, interrupted by
        // a signal meant for somebody else, cursor lost in a failover.
        return has(TANDEM_MONGO_FROM_SERVER) && [112, 246, 251, 13388, 24, 11601, 43, 237, 175].contains(code)
    }

    /// Whether the server could not be reached, or is no longer, or not yet, the one that takes the work.
    var isConnection: Bool {
        if has(TANDEM_MONGO_FROM_NETWORK) || has(TANDEM_MONGO_FROM_SELECTION) { return true }
        return has(TANDEM_MONGO_FROM_SERVER)
            && [6, 7, 89, 91, 189, 9001, 10107, 11600, 11602, 13435, 13436, 262].contains(code)
    }

    /// Whether the server's cache could not hold what the transaction wrote. Other open transactions take from the same
    /// cache, so it may fit a moment later.
    var isCacheFull: Bool { has(TANDEM_MONGO_FROM_SERVER) && code == Code.transactionTooLargeForCache }

    var isUnreachable: Bool { has(TANDEM_MONGO_FROM_SELECTION) }

    /// The error of a store; `hosts` names the deployment.
    func storeError(_ hosts: String) -> StoreError {
        if has(TANDEM_MONGO_FROM_LOGIN) || (has(TANDEM_MONGO_FROM_SERVER) && [18, 11].contains(code))
            || message.contains("uthentication fail")
        {
            return StoreError(
                .unavailable,
                "MongoDB at \(hosts) refused the login; check the user, the password and authSource in the connection "
                    + "string"
            )
        }
        if isConnection {
            return StoreError(
                .unavailable,
                "MongoDB at \(hosts) can't be reached: \(message). Check that it runs, that it has a primary, and that "
                    + "the host, the port and the TLS options of the connection string are right"
            )
        }
        guard has(TANDEM_MONGO_FROM_SERVER) else { return StoreError(.internalFault, "MongoDB driver: \(message)") }
        if code == Code.conversionFailure, let refusal = StoreError(refusalIn: message) { return refusal }
        switch code {
        case Code.duplicateKey: return StoreError(.uniqueViolation, "a unique index refuses the values")
        case 50: return StoreError(.timeout, "the query took longer than it may")
        case 11601: return StoreError(.cancelled, "the work was stopped")
        case 13:
            return StoreError(
                .unavailable,
                "the user of the connection string lacks a right on MongoDB at \(hosts): \(message)"
            )
        case 14031, 39: return StoreError(.full, "MongoDB at \(hosts) has no space left on its disk")
        case 10334, 17419, 17280, 146, 2: return StoreError(.tooLarge, "MongoDB refused it as too large or malformed")
        case Code.transactionTooLargeForCache:
            return StoreError(.transactionTooLarge, "the writes do not fit into the cache of MongoDB at \(hosts)")
        case 51156, 51111: return StoreError(.pattern, "the regular expression takes too many steps")
        case 64: return StoreError(.unavailable, "MongoDB at \(hosts) could not replicate the write in time")
        case 20 where message.contains("replica set"): return Self.standalone(hosts)
        case Code.changeStreamFatal, Code.historyLost:
            return StoreError(.historyLost, "the event log no longer reaches back to this cursor")
        case _ where isTransient:
            return StoreError(.busy, "other writers stood in the way again and again (\(message)); try again")
        default: return StoreError(.internalFault, "MongoDB answered with error \(code): \(message)")
        }
    }

    static func standalone(_ hosts: String) -> StoreError {
        StoreError(
            .unavailable,
            "MongoDB at \(hosts) is a standalone server, which has no transactions; Tandem needs a replica set or "
                + "mongos. One member is enough: start mongod with --replSet rs0 and run rs.initiate() once"
        )
    }
}
