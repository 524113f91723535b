package import Values

/// What the owner of a hub has to do after telling it something.
package enum HubAction: Sendable, Equatable {
    /// There is something for ``Hub/take(_:)``, and nobody was sending.
    case wake(ConnectionID)
    /// The hub has forgotten the connection; close it with this code, whatever was still to be sent.
    case close(ConnectionID, HubClosing)
    /// Send what ``Hub/take(_:)`` gives, close the connection with this code, and tell the hub.
    case finish(ConnectionID, HubClosing)
    /// Find out whose session it is and tell with ``Hub/authenticated(_:as:account:)`` or ``Hub/refuse(_:_:)``.
    case authenticate(ConnectionID, session: String)
    /// Keep a presence of the user and tell with ``Hub/present(_:_:)`` or ``Hub/refuse(_:_:)``.
    case keepPresence(ConnectionID, JSONObject)
}

/// Why a connection is closed.
package enum HubClosing: Sendable {
    /// A client that broke the rules and should not come back.
    case policy
    case messageTooLong
    /// A client that reads too slowly for what it subscribes to. It may come back.
    case slowConsumer
    /// A client that is no longer who it was. It may come back as somebody else.
    case signedOut

    /// The code that the client is told.
    package var code: Int {
        switch self {
        case .policy: 1008
        case .messageTooLong: 1009
        case .slowConsumer, .signedOut: 1013
        }
    }
}
