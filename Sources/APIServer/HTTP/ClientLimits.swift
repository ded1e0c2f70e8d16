package import NIOCore

/// How long a connection may keep the server waiting, and how many may do so without a name.
package struct ClientLimits: Sendable {
    /// From the connection to the first request's head: the TLS handshake is part of it.
    package var firstRequest = TimeAmount.seconds(30)
    /// From the head of a request to the end of its body.
    package var body = TimeAmount.seconds(60)
    /// From an answer to the head of the next request.
    package var idle = TimeAmount.seconds(120)
    /// How long a client may leave what was sent to it unread.
    package var unread = TimeAmount.seconds(60)
    /// The most connections that have shown no client certificate, or not yet. One more ends the oldest of them.
    package var mostAnonymous = 512

    package init() {}
}
