import Glibc

/// An error number of the kernel.
package struct Errno: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let addressInUse = Errno(rawValue: EADDRINUSE)
    package static let addressNotAvailable = Errno(rawValue: EADDRNOTAVAIL)
    package static let again = Errno(rawValue: EAGAIN)
    package static let alreadyExists = Errno(rawValue: EEXIST)
    package static let badDescriptor = Errno(rawValue: EBADF)
    package static let brokenPipe = Errno(rawValue: EPIPE)
    package static let connectionAborted = Errno(rawValue: ECONNABORTED)
    package static let connectionRefused = Errno(rawValue: ECONNREFUSED)
    package static let connectionReset = Errno(rawValue: ECONNRESET)
    package static let hostUnreachable = Errno(rawValue: EHOSTUNREACH)
    package static let inProgress = Errno(rawValue: EINPROGRESS)
    package static let interrupted = Errno(rawValue: EINTR)
    package static let invalidArgument = Errno(rawValue: EINVAL)
    package static let messageTooLong = Errno(rawValue: EMSGSIZE)
    package static let networkUnreachable = Errno(rawValue: ENETUNREACH)
    package static let noBufferSpace = Errno(rawValue: ENOBUFS)
    package static let noMemory = Errno(rawValue: ENOMEM)
    package static let noSuchDevice = Errno(rawValue: ENODEV)
    package static let noSuchEntry = Errno(rawValue: ENOENT)
    package static let noSuchProcess = Errno(rawValue: ESRCH)
    package static let notConnected = Errno(rawValue: ENOTCONN)
    package static let notPermitted = Errno(rawValue: EPERM)
    package static let notSupported = Errno(rawValue: EOPNOTSUPP)
    package static let permissionDenied = Errno(rawValue: EACCES)
    package static let timedOut = Errno(rawValue: ETIMEDOUT)
    package static let tooManyDescriptors = Errno(rawValue: EMFILE)
    package static let tooManyDescriptorsInSystem = Errno(rawValue: ENFILE)

    /// The calling thread's errno.
    static var current: Errno { Errno(rawValue: Glibc.errno) }

    /// `EADDRINUSE`; `errno 199` for a number without a name here.
    package var name: String { Self.names[rawValue] ?? "errno \(rawValue)" }

    /// `EADDRINUSE, Address already in use`.
    package var description: String {
        var text = [CChar](repeating: 0, count: 128)
        guard strerror_r(rawValue, &text, text.count) == 0 else { return name }
        let message = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return "\(name), \(String(decoding: message, as: UTF8.self))"
    }

    private static let names: [Int32: String] = [
        E2BIG: "E2BIG", EACCES: "EACCES", EADDRINUSE: "EADDRINUSE",
        EADDRNOTAVAIL: "EADDRNOTAVAIL", EAFNOSUPPORT: "EAFNOSUPPORT", EAGAIN: "EAGAIN",
        EALREADY: "EALREADY", EBADF: "EBADF", EBUSY: "EBUSY", ECHILD: "ECHILD",
        ECONNABORTED: "ECONNABORTED", ECONNREFUSED: "ECONNREFUSED", ECONNRESET: "ECONNRESET",
        EDESTADDRREQ: "EDESTADDRREQ", EEXIST: "EEXIST", EFAULT: "EFAULT", EFBIG: "EFBIG",
        EHOSTUNREACH: "EHOSTUNREACH", EINPROGRESS: "EINPROGRESS", EINTR: "EINTR",
        EINVAL: "EINVAL", EIO: "EIO", EISCONN: "EISCONN", EISDIR: "EISDIR", ELOOP: "ELOOP",
        EMFILE: "EMFILE", EMSGSIZE: "EMSGSIZE", ENAMETOOLONG: "ENAMETOOLONG",
        ENETDOWN: "ENETDOWN", ENETUNREACH: "ENETUNREACH", ENFILE: "ENFILE",
        ENOBUFS: "ENOBUFS", ENODEV: "ENODEV", ENOENT: "ENOENT", ENOEXEC: "ENOEXEC",
        ENOMEM: "ENOMEM", ENOPROTOOPT: "ENOPROTOOPT", ENOSPC: "ENOSPC", ENOSYS: "ENOSYS",
        ENOTCONN: "ENOTCONN", ENOTDIR: "ENOTDIR", ENOTEMPTY: "ENOTEMPTY",
        ENOTSOCK: "ENOTSOCK", ENXIO: "ENXIO", EOPNOTSUPP: "EOPNOTSUPP", EPERM: "EPERM",
        EPIPE: "EPIPE", EPROTONOSUPPORT: "EPROTONOSUPPORT", EROFS: "EROFS", ESRCH: "ESRCH",
        ESTALE: "ESTALE", ETIMEDOUT: "ETIMEDOUT", EXDEV: "EXDEV",
    ]
}
