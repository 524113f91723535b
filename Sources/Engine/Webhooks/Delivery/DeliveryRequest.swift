import Values

/// How a delivery goes to its receiver.
package enum DeliveryRequest {
    /// How long the receiver has for all of its answer.
    package static let timeout = Duration.seconds(15)

    /// - Parameters:
    ///   - id: names the delivery, the same at every try, so that a receiver knows one that comes again.
    ///   - now: the moment of this try.
    ///   - timeout: how long the receiver has.
    static func make(
        _ webhook: Webhook,
        id: String,
        names: [String],
        userID: String,
        body: [UInt8],
        project: String,
        at now: Timestamp,
        within timeout: Duration = timeout
    ) -> OutgoingRequest {
        let signature = WebhookSignature.plain(body, to: webhook.url, secret: webhook.secret)
        let timestamp = String(now.milliseconds / 1000)
        var headers = [
            ("Content-Type", "application/json"), ("User-Agent", "Tandem webhooks"),
            ("X-Appwrite-Webhook-Id", webhook.id), ("X-Appwrite-Webhook-Events", names.joined(separator: ",")),
            ("X-Appwrite-Webhook-Name", oneLine(webhook.name)), ("X-Appwrite-Webhook-User-Id", userID),
            ("X-Appwrite-Webhook-Project-Id", project), ("X-Appwrite-Webhook-Signature", signature),
            ("X-Appwrite-Signature", signature), ("webhook-id", id), ("webhook-timestamp", timestamp),
            (
                "webhook-signature",
                WebhookSignature.standard(body, id: id, timestamp: timestamp, secret: webhook.secret)
            ),
        ]
        if !webhook.authUsername.isEmpty, !webhook.authPassword.isEmpty {
            let pair = Array("\(webhook.authUsername):\(webhook.authPassword)".utf8)
            headers.append(("Authorization", "Basic " + Base64.encode(pair)))
        }
        return OutgoingRequest(
            "POST",
            webhook.url,
            headers: headers.map { (name: $0.0, value: $0.1) },
            body: body,
            timeout: timeout,
            maximumAnswerBytes: DeliveryResult.keptBytes,
            checksCertificate: webhook.checksCertificate
        )
    }

    /// A header can't hold line breaks, and a name may.
    private static func oneLine(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
    }
}

extension Outgoing {
    /// Sends a delivery and tells what came of it; nil where the caller has given up.
    func deliver(_ request: OutgoingRequest, id: String, _ clock: WallClock) async -> DeliveryResult? {
        var result = DeliveryResult(id: id, at: clock.now, milliseconds: 0)
        let begin = ContinuousClock.now
        do throws(OutgoingError) {
            let answer = try await send(request)
            result.status = answer.status
            // Not every store keeps the character U+0000 in a text.
            result.answer = String(decoding: answer.body.map { $0 == 0 ? 0x20 : $0 }, as: UTF8.self)
        } catch {
            if error.kind == .cancelled { return nil }
            result.error = error.description
            if error.kind == .untrusted { result.error += " With \"tls\": false the webhook is told all the same." }
        }
        result.milliseconds = Int64((ContinuousClock.now - begin) / .milliseconds(1))
        return result
    }
}
