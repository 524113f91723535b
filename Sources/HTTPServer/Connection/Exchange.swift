import NIOCore
import NIOHTTP1

/// What a connection of HTTP/1.1 is doing: which part of a request comes next, what was asked and not answered, and until
/// when the client has to send something.
struct Exchange {
    struct Asked {
        /// Whether the answer has no body.
        let isHead: Bool
        /// Whether the client knows nothing newer than HTTP/1.0.
        let isOld: Bool
        /// Whether another request may follow.
        let keepsAlive: Bool
    }

    private enum Reading { case head, body }

    private let head: TimeAmount
    private let body: TimeAmount
    private var reading = Reading.head
    private var unanswered: [Asked] = []
    /// When the wait for the client began.
    private var since: NIODeadline
    /// Bytes of a head that is not complete.
    private(set) var headBytes = 0
    /// Whether the answer to the first request that is not answered has begun.
    private(set) var hasBegun = false
    /// Whether the connection ends with the last answer.
    var endsAfterAnswers = false

    init(head: TimeAmount, body: TimeAmount, at now: NIODeadline) {
        self.head = head
        self.body = body
        since = now
    }

    /// Whether nothing is asked that is not answered.
    var isIdle: Bool { unanswered.isEmpty }
    /// Whether a request is being answered whose body has not come whole.
    var isReadingBody: Bool { unanswered.count == 1 && reading == .body }
    /// What is to be answered next.
    var current: Asked? { unanswered.first }

    /// Until when the client has to send something; nil while it has nothing to send.
    var deadline: NIODeadline? {
        if isIdle { return since + head }
        return isReadingBody ? since + body : nil
    }

    /// Some bytes came that are no complete head.
    mutating func received(headBytes count: Int) { if reading == .head { headBytes += count } }

    mutating func received(_ request: HTTPRequestHead, at now: NIODeadline) {
        // Where something else than HTTP may follow, the connection can't be used again.
        let keepsAlive = request.isKeepAlive && !request.headers.contains(name: "Upgrade") && request.method != .CONNECT
        unanswered.append(
            Asked(isHead: request.method == .HEAD, isOld: request.version.isOld, keepsAlive: keepsAlive)
        )
        reading = .body
        headBytes = 0
        if unanswered.count == 1 { since = now }
    }

    mutating func receivedEnd() {
        reading = .head
        headBytes = 0
    }

    mutating func beganAnswer() { hasBegun = true }

    /// - Returns: whether the connection ends now.
    mutating func answered(at now: NIODeadline) -> Bool {
        guard !unanswered.isEmpty else { return false }
        let asked = unanswered.removeFirst()
        hasBegun = false
        if !asked.keepsAlive { return true }
        since = now
        // What is left of a body that was not wanted has its own time.
        return endsAfterAnswers && unanswered.isEmpty
    }
}

extension HTTPVersion {
    /// Whether it is older than 1.1.
    var isOld: Bool { major < 1 || major == 1 && minor < 1 }
}
