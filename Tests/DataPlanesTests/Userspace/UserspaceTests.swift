import Testing

/// The userspace data plane with real sockets. One test after another: they measure shares and time.
@Suite("Userspace data plane", .serialized, .blockingThreads)
enum UserspaceTests {}
