import KubeAPI
import NIOCore
import NIOHTTP1

extension Connection {
    func write(
        _ response: APIResponse, to request: HTTPRequestHead, keepsAlive: Bool, _ id: UInt64,
        _ outbound: Writer
    ) async throws {
        var head = HTTPResponseHead(
            version: request.version, status: HTTPResponseStatus(statusCode: response.code))
        if case .proxied(let exchange) = response.body {
            head.status = exchange.head.status
            head.headers = exchange.head.headers
        } else {
            head.headers = Self.headers(of: response)
        }
        if !keepsAlive { head.headers.add(name: "Connection", value: "close") }
        switch response.body {
        case .bytes(let bytes):
            let codings = request.headers["accept-encoding"].joined(separator: ",")
            if bytes.count > GzipEncoder.threshold, request.method != .HEAD,
                GzipEncoder.isAccepted(by: codings)
            {
                try await writeGzip(bytes, head, outbound)
                break
            }
            head.headers.add(name: "Content-Length", value: String(bytes.count))
            // Every write is flushed: all at once is one packet, and wakes the client once.
            var parts: [HTTPServerResponsePart] = [.head(head)]
            if request.method != .HEAD, !bytes.isEmpty {
                parts.append(.body(.byteBuffer(ByteBuffer(bytes: bytes))))
            }
            return try await outbound.write(contentsOf: parts + [.end(nil)])
        case .stream(let stream):
            try await outbound.write(.head(head))
            // Before 1.1 there are no chunks: the end of the connection ends the answer.
            let isChunked = request.version == .http1_1
            if request.method != .HEAD { try await write(stream, isChunked, id, outbound) }
        case .proxied(let exchange):
            defer { exchange.cancel() }
            try await outbound.write(.head(head))
            if request.method != .HEAD { try await write(exchange, id, outbound) }
        }
        try await outbound.write(.end(nil))
    }

    /// Packs and writes piece by piece: the client gets the first while the next is packed.
    private func writeGzip(
        _ bytes: [UInt8], _ head: HTTPResponseHead, _ outbound: Writer
    ) async throws {
        var encoder = try GzipEncoder()
        var head = head
        head.headers.add(name: "Content-Encoding", value: "gzip")
        head.headers.add(name: "Vary", value: "Accept-Encoding")
        try await outbound.write(.head(head))
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(GzipEncoder.pieceSize)
            rest = rest.dropFirst(piece.count)
            let packed = encoder.encode(piece, isLast: rest.isEmpty)
            if packed.isEmpty { continue }
            try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: packed))))
        }
    }

    /// Writes chunks until the stream ends, the client goes away or the server stops. The client's own pace holds
    /// the stream back; a stream that falls too far behind ends with an error event.
    private func write(
        _ stream: WatchStream, _ isChunked: Bool, _ id: UInt64, _ outbound: Writer
    ) async throws {
        channel.channel.closeFuture.whenComplete { [weak stream] _ in stream?.cancel() }
        connections.onStop(id) { stream.cancel() }
        defer { stream.cancel() }
        guard isChunked else {
            while let chunk = await stream.next() {
                try await outbound.write(.body(.byteBuffer(chunk.content)))
            }
            return
        }
        let loop = channel.channel.eventLoop
        await withTaskExecutorPreference(EventLoopExecutor.watches(of: loop)) {
            await withTaskCancellationHandler {
                repeat {
                    await handler.broadcasts.follow(stream, lane, on: loop)
                    if loop.inEventLoop, !lane.isWritable {
                        await stream.unsettle()
                        await lane.drain()
                    }
                    guard let chunk = await stream.next() else { return }
                    await lane.write(chunk)
                } while true
            } onCancel: {
                stream.cancel()
            }
        }
    }

    /// Carries the body of a Pod's answer, at the pace of the client.
    private func write(_ exchange: ProxyExchange, _ id: UInt64, _ outbound: Writer) async throws {
        let end = exchange.ending
        channel.channel.closeFuture.whenComplete { _ in end() }
        connections.onStop(id, end)
        exchange.advance()
        for try await chunk in exchange.body {
            try await outbound.write(.body(.byteBuffer(chunk)))
            exchange.took()
            exchange.advance()
        }
    }

    private static func headers(of response: APIResponse) -> HTTPHeaders {
        var headers: HTTPHeaders = [
            "Content-Type": response.contentType, "Cache-Control": "no-cache, private",
        ]
        for warning in response.warnings {
            var quoted: [UInt8] = []
            JSON.write(warning, to: &quoted)
            headers.add(name: "Warning", value: "299 - \(String(decoding: quoted, as: UTF8.self))")
        }
        for (name, value) in response.headers { headers.add(name: name, value: value) }
        return headers
    }
}
