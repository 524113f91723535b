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
    static let schemaChanges = MongoFailure(serverCode: Code.writeConflict, "the schema is being changed")

    private func has(_ flag: Int) -> Bool { flags & UInt32(flag) != 0 }

    /// Codes of the server's `error_codes.yml` that matter here.
    enum Code {
        static let badValue: Int32 = 2
        static let hostUnreachable: Int32 = 6
        static let hostNotFound: Int32 = 7
        static let userNotFound: Int32 = 11
        static let unauthorized: Int32 = 13
        static let authenticationFailed: Int32 = 18
        static let illegalOperation: Int32 = 20
        static let lockTimeout: Int32 = 24
        static let namespaceNotFound: Int32 = 26
        static let indexNotFound: Int32 = 27
        static let fileStreamFailed: Int32 = 39
        static let cursorNotFound: Int32 = 43
        static let namespaceExists: Int32 = 48
        static let maxTimeExpired: Int32 = 50
        static let writeConcernFailed: Int32 = 64
        static let cannotCreateIndex: Int32 = 67
        static let indexOptionsConflict: Int32 = 85
        static let indexKeySpecsConflict: Int32 = 86
        static let networkTimeout: Int32 = 89
        static let shutdownInProgress: Int32 = 91
        static let writeConflict: Int32 = 112
        static let exceededMemoryLimit: Int32 = 146
        static let queryPlanKilled: Int32 = 175
        static let primarySteppedDown: Int32 = 189
        static let invalidIndexSpecificationOption: Int32 = 197
        static let cursorKilled: Int32 = 237
        static let snapshotTooOld: Int32 = 239
        static let conversionFailure: Int32 = 241
        static let snapshotUnavailable: Int32 = 246
        static let noSuchTransaction: Int32 = 251
        static let exceededTimeLimit: Int32 = 262
        static let changeStreamFatal: Int32 = 280
        static let historyLost: Int32 = 286
        static let transactionTooLargeForCache: Int32 = 388
        static let socketException: Int32 = 9001
        static let notWritablePrimary: Int32 = 10107
        static let documentTooLarge: Int32 = 10334
        static let duplicateKey: Int32 = 11000
        static let interruptedAtShutdown: Int32 = 11600
        static let interrupted: Int32 = 11601
        static let interruptedByReplicaChange: Int32 = 11602
        static let staleConfiguration: Int32 = 13388
        static let notPrimaryNoSecondary: Int32 = 13435
        static let notPrimaryOrSecondary: Int32 = 13436
        static let bufferTooLarge: Int32 = 13548
        static let stringTooLong: Int32 = 16493
        static let outOfDiskSpace: Int32 = 14031
        static let keyTooLong: Int32 = 17280
        static let resultTooLarge: Int32 = 17419
        static let patternFailed: Int32 = 51111
        static let patternMatchFailed: Int32 = 51156
    }

    var isDuplicateKey: Bool { has(TANDEM_MONGO_FROM_SERVER) && code == Code.duplicateKey }

    /// Whether it was the id of a row that is there already. What follows the name of the index quotes the row.
    var isDuplicateID: Bool {
        guard isDuplicateKey else { return false }
        let end = message.firstRange(of: " dup key:")?.lowerBound ?? message.endIndex
        return message[..<end].firstRange(of: " index: _id_") != nil
    }

    /// Whether a statement took longer than it may.
    var isTimeout: Bool { has(TANDEM_MONGO_FROM_SERVER) && code == Code.maxTimeExpired }

    /// Whether the server takes no such index.
    var isIndexRefusal: Bool {
        has(TANDEM_MONGO_FROM_SERVER)
            && [
                Code.cannotCreateIndex, Code.indexOptionsConflict, Code.indexKeySpecsConflict,
                Code.invalidIndexSpecificationOption,
            ].contains(code)
    }

    /// Whether the commit may or may not have happened; asking again is safe.
    var isUnknownCommit: Bool { has(TANDEM_MONGO_UNKNOWN_COMMIT) }

    /// Whether the same work has a chance in a new transaction or from a new snapshot.
    var isTransient: Bool {
        if has(TANDEM_MONGO_TRANSIENT_TRANSACTION) || isConnection || isCacheFull { return true }
        // An interruption may be meant for somebody else, and a cursor be lost in a failover.
        return has(TANDEM_MONGO_FROM_SERVER)
            && [
                Code.writeConflict, Code.snapshotUnavailable, Code.snapshotTooOld, Code.noSuchTransaction,
                Code.staleConfiguration, Code.lockTimeout, Code.interrupted, Code.cursorNotFound, Code.cursorKilled,
                Code.queryPlanKilled,
            ].contains(code)
    }

    /// Whether the server could not be reached, or is no longer, or not yet, the one that takes the work.
    var isConnection: Bool {
        if has(TANDEM_MONGO_FROM_NETWORK) || has(TANDEM_MONGO_FROM_SELECTION) { return true }
        return has(TANDEM_MONGO_FROM_SERVER)
            && [
                Code.hostUnreachable, Code.hostNotFound, Code.networkTimeout, Code.shutdownInProgress,
                Code.primarySteppedDown, Code.socketException, Code.notWritablePrimary, Code.interruptedAtShutdown,
                Code.interruptedByReplicaChange, Code.notPrimaryNoSecondary, Code.notPrimaryOrSecondary,
                Code.exceededTimeLimit,
            ].contains(code)
    }

    /// Whether the server's cache could not hold what the transaction wrote. Other open transactions take from the same
    /// cache, so it may fit a moment later.
    var isCacheFull: Bool { has(TANDEM_MONGO_FROM_SERVER) && code == Code.transactionTooLargeForCache }

    var isUnreachable: Bool { has(TANDEM_MONGO_FROM_SELECTION) }

    /// What happened, without what a server quotes of documents and commands.
    var reason: String {
        guard has(TANDEM_MONGO_FROM_SERVER) else { return message }
        var before: Character = " "
        let end = message.firstIndex { character in
            defer { before = character }
            return character == "'" ? !before.isLetter : "\"{[(".contains(character)
        }
        let said = message[..<(end ?? message.endIndex)].reversed().drop { " :,".contains($0) }
        return String(said.reversed())
    }

    /// Whether the login was refused. Only the driver says so in words; those of the server may quote anything.
    private var isLogin: Bool {
        if has(TANDEM_MONGO_FROM_SERVER) { return [Code.authenticationFailed, Code.userNotFound].contains(code) }
        return has(TANDEM_MONGO_FROM_LOGIN) || message.contains("uthentication fail")
    }

    /// The error of a store; `hosts` names the deployment.
    func storeError(_ hosts: String) -> StoreError {
        if isLogin {
            return StoreError(
                .unavailable,
                "MongoDB at \(hosts) refused the login; check the user, the password and authSource in the connection "
                    + "string"
            )
        }
        if isConnection {
            return StoreError(
                .unavailable,
                "MongoDB at \(hosts) can't be reached: \(reason). Check that it runs, that it has a primary, and that "
                    + "the host, the port and the TLS options of the connection string are right"
            )
        }
        guard has(TANDEM_MONGO_FROM_SERVER) else { return StoreError(.internalFault, "MongoDB driver: \(message)") }
        if code == Code.conversionFailure, let refusal = StoreError(refusalIn: message) { return refusal }
        switch code {
        case Code.duplicateKey:
            return isDuplicateID
                ? StoreError(.duplicateID, "a row with this id exists")
                : StoreError(.uniqueViolation, "a unique index refuses the values")
        case Code.maxTimeExpired: return StoreError(.timeout, "the query took longer than it may")
        case Code.interrupted: return StoreError(.cancelled, "the work was stopped")
        case Code.unauthorized:
            return StoreError(
                .unavailable,
                "the user of the connection string lacks a right on MongoDB at \(hosts): \(reason)"
            )
        case _ where isIndexRefusal:
            return StoreError(.indexRefused, "MongoDB refused it with error \(code): \(reason)")
        case Code.outOfDiskSpace, Code.fileStreamFailed:
            return StoreError(.full, "MongoDB at \(hosts) has no space left on its disk")
        case Code.documentTooLarge, Code.resultTooLarge, Code.keyTooLong, Code.exceededMemoryLimit,
            Code.bufferTooLarge, Code.stringTooLong, Code.badValue:
            return StoreError(.tooLarge, "MongoDB refused it as too large or malformed")
        case Code.transactionTooLargeForCache:
            return StoreError(.transactionTooLarge, "the writes do not fit into the cache of MongoDB at \(hosts)")
        case Code.patternFailed, Code.patternMatchFailed:
            return StoreError(.pattern, "the regular expression takes too many steps")
        case Code.writeConcernFailed:
            return StoreError(.unavailable, "MongoDB at \(hosts) could not replicate the write in time")
        case Code.illegalOperation where message.contains("replica set"): return Self.standalone(hosts)
        case Code.changeStreamFatal, Code.historyLost: return .historyIsLost
        case _ where isTransient:
            return StoreError(.busy, "other writers stood in the way again and again (\(reason)); try again")
        default: return StoreError(.internalFault, "MongoDB answered with error \(code): \(reason)")
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
