/// The way to the client of a socket. Nothing here waits.
protocol SocketEnd: AnyObject, Sendable {
    /// Says that there is something to take and to send.
    func wake()
    /// Closes the socket, whatever was still to be sent.
    func close(_ closing: SocketClosing)
    /// Closes the socket once everything that waits was sent.
    func finish(_ closing: SocketClosing)
}
