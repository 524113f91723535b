import Glibc

/// The right to change the schema of a project, for one transaction at a time among all processes.
///
/// While somebody has it no other transaction writes, so that none which saw the schema of before commits after the
/// change. It is a mark in the document of the schema version, which every writer reads first. A holder that died loses
/// the right when its time is over.
struct SchemaGate {
    /// Tells this holder from others.
    let token: String

    /// For how long the right holds, in milliseconds; a transaction that takes longer is tried again.
    private static let milliseconds: Int64 = 10_000

    /// Whether somebody has the right at this moment, by the clock of the server; those of processes may differ.
    static func isHeld(
        _ project: MongoProject,
        _ connection: MongoConnection,
        _ session: MongoServerSession?
    ) throws -> Bool {
        let filter = BSONWriter.document { filter in
            filter.string("_id", "schema")
            filter.document("$expr") { $0.strings("$gt", ["$until", "$$NOW"]) }
        }
        var isHeld = false
        try connection.findOne(filter, in: project.system("meta"), session) { _ in isHeld = true }
        return isHeld
    }

    /// Waits for the right, and then for the end of every transaction that began before.
    static func enter(_ project: MongoProject, _ connection: MongoConnection) throws -> SchemaGate {
        let gate = SchemaGate(token: String(UInt64.random(in: 0...UInt64.max), radix: 16))
        let start = monotonicNanoseconds()
        while try !gate.mark(project, connection) {
            guard monotonicNanoseconds() - start < 60_000_000_000 else {
                throw StoreError(.busy, "other processes change the schema all the time; try again")
            }
            usleep(UInt32.random(in: 1000...10_000))
        }
        do { try waitForWriters(project, connection) } catch {
            gate.leave(project, connection)
            throw error
        }
        return gate
    }

    /// Gives the right back without a change. What can't be told runs out.
    func leave(_ project: MongoProject, _ connection: MongoConnection) {
        let command = update(
            query: { [token] in $0.string("changing", token) },
            change: { item in
                item.document("u") { update in
                    update.document("$unset") { fields in
                        fields.string("changing", "")
                        fields.string("until", "")
                    }
                }
            }
        )
        try? connection.command(command, on: project.metadata, writes: true)
    }

    /// The change of the version that gives the right back with its commit, as an item of `updates`; it meets nothing
    /// when the right was lost.
    var bump: [UInt8] {
        BSONWriter.document { writer in
            writer.document("q") { query in
                query.string("_id", "schema")
                query.string("changing", token)
            }
            writer.document("u") { update in
                update.document("$inc") { $0.int64("version", 1) }
                update.document("$unset") { fields in
                    fields.string("changing", "")
                    fields.string("until", "")
                }
            }
        }
    }

    private func mark(_ project: MongoProject, _ connection: MongoConnection) throws -> Bool {
        let command = update(
            query: { query in
                query.array("$or") { either in
                    either.document(.index(0)) { item in item.document("changing") { $0.bool("$exists", false) } }
                    either.document(.index(1)) { item in
                        item.document("$expr") { $0.strings("$lte", ["$until", "$$NOW"]) }
                    }
                }
            },
            change: { [token] item in
                item.array("u") { stages in
                    stages.document(.index(0)) { stage in
                        stage.document("$set") { fields in
                            fields.string("changing", token)
                            fields.document("until") { sum in
                                sum.array("$add") { parts in
                                    parts.string(.index(0), "$$NOW")
                                    parts.int64(.index(1), Self.milliseconds)
                                }
                            }
                        }
                    }
                }
            }
        )
        return try connection.command(command, on: project.metadata, writes: true) { try $0["n"]?.number == 1 }
    }

    /// - Parameter change: writes what to update with, under `u`.
    private func update(
        query: (inout BSONWriter) -> Void,
        change: (inout BSONWriter) -> Void
    ) -> [UInt8] {
        BSONWriter.document { writer in
            writer.string("update", "meta")
            writer.array("updates") { updates in
                updates.document(.index(0)) { item in
                    item.document("q") { document in
                        document.string("_id", "schema")
                        query(&document)
                    }
                    change(&item)
                }
            }
        }
    }

    /// Every transaction that writes has read the version, and keeps a shared lock on its collection until it ends; this
    /// command needs the lock for itself. A process that died within a transaction holds it until the server gives the
    /// transaction up; others are let pass in the meantime.
    private static func waitForWriters(_ project: MongoProject, _ connection: MongoConnection) throws {
        let command = BSONWriter.document { writer in
            writer.string("collMod", "meta")
            writer.int64("maxTimeMS", 1000)
        }
        let start = monotonicNanoseconds()
        while true {
            do {
                try connection.command(command, on: project.metadata, writes: true)
                return
            } catch let failure as MongoFailure
                where failure.isTimeout || failure.code == MongoFailure.Code.lockTimeout
            {
                guard monotonicNanoseconds() - start < UInt64(milliseconds) * 1_000_000 else {
                    throw StoreError(
                        .busy,
                        "a transaction keeps the schema of the project from being changed, perhaps that of a process "
                            + "which died; MongoDB gives it up after transactionLifetimeLimitSeconds, then it works again"
                    )
                }
            }
        }
    }
}
