import Linux

/// Blocks the calling thread for a while.
func idle(milliseconds: Int32) throws(SystemError) {
    var events = Epoll.EventBuffer(capacity: 1)
    _ = try Epoll().wait(&events, milliseconds: milliseconds)
}
