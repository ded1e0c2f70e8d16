import NIOCore

/// A piece of a watch's answer, framed as a chunk of HTTP/1.1 (RFC 9112, section 7.1). Watches that are told the same
/// share one.
struct WatchChunk: Sendable {
    /// The content with its length before it and the end of line behind it.
    let framed: ByteBuffer
    private let start: Int
    private let count: Int

    init(_ content: [UInt8]) {
        let length = String(content.count, radix: 16)
        var framed = ByteBufferAllocator().buffer(capacity: content.count + length.utf8.count + 4)
        framed.writeString(length)
        framed.writeStaticString("\r\n")
        start = framed.writerIndex
        count = content.count
        framed.writeBytes(content)
        framed.writeStaticString("\r\n")
        self.framed = framed
    }

    /// Without the frame: for clients that know no chunks.
    var content: ByteBuffer { framed.getSlice(at: start, length: count) ?? ByteBuffer() }
}
