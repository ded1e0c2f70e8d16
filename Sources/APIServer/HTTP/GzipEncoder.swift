import CZlib

/// Makes the gzip format (RFC 1952) of bytes that come in pieces.
struct GzipEncoder: ~Copyable {
    /// Answers that are not larger are sent as they are, as Kubernetes does: they are gone before they are packed.
    static let threshold = 128 << 10
    /// What is packed and sent in one go.
    static let pieceSize = 1 << 16

    struct OutOfMemory: Error {}

    private let stream: UnsafeMutablePointer<z_stream>
    private var output = [UInt8](repeating: 0, count: pieceSize)

    /// Throws where zlib has no memory for its state.
    init() throws(OutOfMemory) {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard czlib_begin_gzip(stream) == Z_OK else {
            stream.deallocate()
            throw OutOfMemory()
        }
        self.stream = stream
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Takes the next bytes, and returns what the stream has for them: often nothing until the last.
    mutating func encode(_ bytes: ArraySlice<UInt8>, isLast: Bool) -> [UInt8] {
        var result: [UInt8] = []
        bytes.withUnsafeBufferPointer { input in
            // zlib only reads what it declares as writable.
            stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.pointee.avail_in = UInt32(input.count)
            repeat {
                output.withUnsafeMutableBufferPointer { buffer in
                    stream.pointee.next_out = buffer.baseAddress
                    stream.pointee.avail_out = UInt32(buffer.count)
                    deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
                }
                result += output[..<(output.count - Int(stream.pointee.avail_out))]
            } while stream.pointee.avail_out == 0
        }
        return result
    }

    /// Whether a client takes gzip: an `Accept-Encoding` names it, and does not refuse it by a quality of 0
    /// (RFC 9110, section 12.5.3).
    static func isAccepted(by acceptEncoding: String) -> Bool {
        acceptEncoding.split(separator: ",").contains { part in
            let coding = MediaType(parsing: part)
            return coding.name == "gzip" && coding.quality > 0
        }
    }
}
