import Addresses
import Linux
import Synchronization
import Testing

@testable import DataPlanes

/// A server whose answers say what was asked.
final class HTTPServerLab: Sendable {
    /// What became of an attempt to bind.
    enum Outcome: Equatable {
        case bound
        case failed(Errno)
    }

    let server: HTTPServer
    private let reports: AsyncStream<Result<IPSocketAddress, SystemError>>
    private let last = Mutex<IPSocketAddress?>(nil)

    init(_ adjust: (inout HTTPServer.Settings) -> Void = { _ in }) throws {
        var settings = HTTPServer.Settings()
        adjust(&settings)
        let (reports, report) = AsyncStream<Result<IPSocketAddress, SystemError>>.makeStream()
        self.reports = reports
        server = try HTTPServer(named: "test", settings) { report.yield($1) }
    }

    @discardableResult
    func want(_ address: IPSocketAddress) -> HTTPServer.ListenerID {
        server.open(address) { request in
            guard request.path != "/nothing" else { return nil }
            return .json(200, Array("\(request.method) \(request.path)".utf8))
        }
    }

    /// Opens a listener and answers its address.
    func open(
        _ address: IPSocketAddress = IPSocketAddress("127.0.0.1:0")!
    ) async throws -> IPSocketAddress {
        want(address)
        _ = await next()
        return try #require(lastBound)
    }

    var lastBound: IPSocketAddress? { last.withLock { $0 } }

    /// The next report of the server; nil once it has ended.
    func next() async -> Outcome? {
        var iterator = reports.makeAsyncIterator()
        switch await iterator.next() {
        case .success(let bound):
            last.withLock { $0 = bound }
            return .bound
        case .failure(let error): return .failed(error.errno)
        case nil: return nil
        }
    }
}
