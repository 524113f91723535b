import Storage
import Values

/// What becomes of deliveries, and of their webhooks with them.
extension DeliveryQueue {
    /// After so many deliveries in a row that were given up a webhook is disabled.
    static let maximumFailures: Int64 = 10

    /// A webhook of which a batch of results tells something new.
    private struct Account {
        var webhook: Webhook
        var attempts: Int64
        var logs: String?

        var isFailing: Bool { webhook.isEnabled && attempts >= DeliveryQueue.maximumFailures }
    }

    /// Writes down what came of tries, unless somebody else took them over meanwhile.
    /// - Parameter names: what the events were called, by the ids of the deliveries.
    /// - Returns: the ids of webhooks that have failed so often that they are to be disabled.
    static func acknowledge(
        _ results: [DeliveryResult],
        names: [String: [String]],
        for owner: String,
        at now: Timestamp,
        in session: any WriteSession
    ) throws -> [String] {
        let held = try Self.held(results.map(\.id), by: owner, session)
        let byID = Dictionary(uniqueKeysWithValues: held.map { ($0.id, $0) })
        var accounts: [String: Account] = [:]
        for result in results {
            guard let delivery = byID[result.id] else { continue }
            let isOver = try end(delivery, result, at: now, in: session)
            guard var account = try accounts[delivery.webhook] ?? found(delivery.webhook, session) else { continue }
            if result.isSuccess {
                account.attempts = 0
            } else {
                account.logs = result.report(account.webhook, events: names[result.id] ?? [])
                if isOver { account.attempts += 1 }
            }
            accounts[delivery.webhook] = account
        }
        for account in accounts.values { try keep(account, in: session) }
        return accounts.values.filter { $0.isFailing }.map(\.webhook.id)
    }

    private static func found(_ uid: String, _ session: any ReadSession) throws -> Account? {
        var query = RowQuery(limit: 1)
        query.filters = [.compare("uid", .equal, [.string(uid)])]
        return try session.rows(query, in: WebhookTables.webhooks).first.map { row in
            let webhook = Webhook(row)
            return Account(webhook: webhook, attempts: webhook.attempts)
        }
    }

    /// - Returns: whether the delivery is over.
    private static func end(
        _ delivery: Delivery,
        _ result: DeliveryResult,
        at now: Timestamp,
        in session: any WriteSession
    ) throws -> Bool {
        let attempts = delivery.attempts + 1
        let isOver = result.isSuccess || attempts >= maximumAttempts
        var fields: JSONObject = [
            "attempts": .int(attempts), "owner": "", "answer": .string(result.answer),
            "tries": .array(delivery.tries.suffix(Int(maximumAttempts) - 1) + [result.json(attempt: attempts)]),
        ]
        if isOver {
            let state: Delivery.State = result.isSuccess ? .delivered : .dead
            fields["state"] = .string(state.rawValue)
            fields["lane"] = .null
        } else {
            let again = now.adding(milliseconds: Backoff.deliveries.pause(after: attempts))
            fields["due"] = .string(again.text)
        }
        let table = WebhookTables.deliveries
        _ = try session.update(delivery.id, Record.change(table, at: now, fields), in: table)
        if isOver, delivery.isFollowed, let lane = delivery.lane {
            try follow(lane, besides: delivery.id, at: now, in: session)
        }
        return isOver
    }

    /// Failing is no change of the webhook as its owner made it, so its date stays.
    private static func keep(_ account: Account, in session: any WriteSession) throws {
        let webhook = account.webhook
        var fields: JSONObject = [:]
        if account.attempts != webhook.attempts { fields["attempts"] = .int(account.attempts) }
        if let logs = account.logs { fields["logs"] = .string(logs) }
        guard !fields.isEmpty else { return }
        let table = WebhookTables.webhooks
        _ = try session.update(webhook.id, Record.change(table, at: webhook.row.updatedAt, fields), in: table)
    }

    /// Disables a webhook that has failed too often. What it was to be told stays until it is enabled again.
    static func disable(_ id: String, at now: Timestamp, in session: any WriteSession) throws {
        let table = WebhookTables.webhooks
        guard let row = try session.row(id, in: table), Webhook(row).isEnabled, Webhook(row).attempts >= maximumFailures
        else { return }
        _ = try session.update(id, Record.change(table, at: now, ["enabled": false]), in: table)
        try session.bumpSchemaVersion()
        guard let disabled = try session.row(id, in: table).map({ Webhook($0) }) else { return }
        let payload = disabled.told.encoded
        let event = EventRecord("webhooks.[webhookId].update", ids: [id], payload: payload, at: now)
        try session.append(event: event.encoded)
    }

    /// Lets a delivery that was given up be tried again, from the start.
    static func revive(_ delivery: StoredRow, at now: Timestamp, in session: any WriteSession) throws {
        let table = WebhookTables.deliveries
        let record = Record(delivery, table)
        let lane = "\(record.string("webhook"))/\(record.string("resource"))"
        let fields: JSONObject = [
            "state": .string(Delivery.State.pending.rawValue), "lane": .string(lane), "attempts": 0,
            "due": .string(now.text), "owner": "", "followed": false,
        ]
        _ = try session.update(delivery.id, Record.change(table, at: now, fields), in: table)
    }

    /// How many deliveries are removed in one transaction.
    private static let removedAtOnce = 500

    /// Removes the deliveries of a webhook that is gone, or so many of them.
    /// - Returns: whether there may be more.
    static func remove(of webhook: String, in session: any WriteSession) throws -> Bool {
        try remove([.compare("webhook", .equal, [.string(webhook)])], in: session)
    }

    private static func remove(_ filters: [Filter], in session: any WriteSession) throws -> Bool {
        var query = RowQuery(limit: removedAtOnce)
        query.columns = []
        query.filters = filters
        let ids = try session.rows(query, in: WebhookTables.deliveries).map(\.id)
        if !ids.isEmpty { _ = try session.delete(ids, from: WebhookTables.deliveries) }
        return ids.count == removedAtOnce
    }

    private static let removalKind = "webhooks.removeDeliveries"

    /// The job that removes what the transaction of ``remove(of:in:)`` has left.
    static func removalJob(of webhook: String) -> Job {
        Job(kind: removalKind, payload: ["webhook": .string(webhook)])
    }

    static let removal = JobHandler(kind: removalKind) { run in
        let webhook = run.payload["webhook"]?.string ?? ""
        while try await run.store.write({ try remove(of: webhook, in: $0) }) {}
        try await run.end { _ in }
    }

    /// Forgets the oldest deliveries that are older than that, and those of webhooks that are gone. What waited behind a
    /// forgotten one may go.
    /// - Returns: whether there may be more.
    static func trim(createdBefore moment: Timestamp?, at now: Timestamp, in session: any WriteSession) throws -> Bool {
        if let moment {
            var query = RowQuery(limit: removedAtOnce)
            query.columns = ["lane", "followed"].map { WebhookTables.deliveries.position(of: $0)! }
            let old = try session.rows(query, in: WebhookTables.deliveries).filter { $0.createdAt < moment }
                .map { Delivery($0) }
            if !old.isEmpty { _ = try session.delete(old.map(\.id), from: WebhookTables.deliveries) }
            for lane in Set(old.filter(\.isFollowed).compactMap(\.lane)) { try follow(lane, at: now, in: session) }
            if old.count == query.limit { return true }
        }
        var known = RowQuery(limit: 5000)
        known.columns = [WebhookTables.webhooks.position(of: "uid")!]
        let others = try session.rows(known, in: WebhookTables.webhooks).map { row in
            Filter.compare("webhook", .notEqual, [.string(Webhook(row).uid)])
        }
        return try remove(others, in: session)
    }
}
