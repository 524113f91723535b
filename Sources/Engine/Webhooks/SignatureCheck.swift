import Values

/// `webhooks.verifySignature`: whether a signature is one that the webhook's secret makes.
enum SignatureCheck {
    static let handler = Handler.read("webhooks.verifySignature") { context in
        let call = context.call
        let webhook = try context.webhook()
        let body = Array(call.string("body").utf8)
        guard let id = call.optional("messageId")?.string, let timestamp = call.optional("timestamp")?.int else {
            let url = call.optional("url")?.string ?? webhook.url
            return answer("appwrite", call, body) { WebhookSignature.plain($0, to: url, secret: webhook.secret) }
        }
        return answer("standard", call, body) {
            WebhookSignature.standard($0, id: id, timestamp: String(timestamp), secret: webhook.secret)
        }
    }

    private static func answer(_ scheme: String, _ call: Call, _ body: [UInt8], _ sign: @escaping ([UInt8]) -> String)
        -> JSON
    {
        // A header of Standard Webhooks may hold several, for secrets that change.
        let given = call.string("signature").split(separator: " ").map(String.init)
        func fits(_ body: [UInt8]) -> Bool { given.contains { WebhookSignature.areEqual($0, sign(body)) } }
        let isValid = fits(body)
        var answer: JSONObject = ["valid": .bool(isValid), "scheme": .string(scheme)]
        if !isValid {
            let sent = (try? JSON(parsing: body)).map { EscapedJSON.encode($0) }
            answer["reason"] =
                sent.map(fits) == true
                ? "The body was written anew; sign its bytes as they came in."
                : scheme == "appwrite"
                    ? "The secret, the address or the body is another one."
                    : "The secret, messageId, timestamp or the body is another one."
        }
        return .object(answer)
    }
}
