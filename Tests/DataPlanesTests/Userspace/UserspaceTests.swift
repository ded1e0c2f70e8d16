import Testing

/// The userspace data plane with real sockets. One test after another: they block their thread, and there are
/// few of those.
@Suite("Userspace data plane", .serialized)
enum UserspaceTests {}
