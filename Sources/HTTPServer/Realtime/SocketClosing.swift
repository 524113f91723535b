import Engine
import Values

/// Why a socket is closed, with the code and the text that the client is told.
struct SocketClosing: Sendable, Equatable {
    var code: UInt16
    /// At most 123 bytes.
    var reason: String

    init(_ code: UInt16, _ reason: String = "") {
        self.code = code
        self.reason = reason
    }

    init(_ closing: HubClosing) {
        code = UInt16(closing.code)
        reason =
            switch closing {
            case .policy: "A rule was broken"
            case .messageTooLong: "The message is too long"
            case .slowConsumer: "Too much waits to be read"
            case .signedOut: "No longer signed in"
            }
    }

    /// Of a client that was refused when it connected. Those who may try again are told a code after which they do.
    init(refusing error: AppError) {
        let isTemporary = error.code == .realtimeTooManyMessages || (500..<1000).contains(error.code.status)
        self = isTemporary ? SocketClosing(1013, "Try again later") : SocketClosing(1008, "The connection was refused")
    }

    static let goingAway = SocketClosing(1001, "The server is stopping")
    static let silent = SocketClosing(1001, "No sign of life")
    static let gap = SocketClosing(1013, "Events may have been missed")
    static let badProtocol = SocketClosing(1002, "Against the protocol")
    static let onlyText = SocketClosing(1003, "Only text is understood")
    static let noUTF8 = SocketClosing(1007, "No valid UTF-8")
    static let tooLong = SocketClosing(1009, "The message is too long")
}
