extension DNS {
    /// Why bytes are no DNS message.
    package enum ParseError: Error, Equatable, Sendable, CustomStringConvertible {
        case endOfBytes(ByteReader.EndOfBytes)
        /// More than 255 bytes.
        case nameTooLong(offset: Int)
        /// A label whose first byte begins with 01 or 10 (RFC 6891 5 withdraws the one that there was).
        case unknownLabelType(UInt8, offset: Int)
        /// A pointer must lead to an earlier place than where the name that it ends began, or names would never end.
        case pointerNotBackwards(offset: Int)
        /// The data's length is not what its type needs.
        case wrongDataLength(RecordType, offset: Int)
        /// More than one OPT record, or one that is not owned by the root.
        case badOption(offset: Int)

        package var description: String {
            switch self {
            case .endOfBytes(let end): "the message ends early: \(end)"
            case .nameTooLong(let offset): "the name at offset \(offset) has more than 255 bytes"
            case .unknownLabelType(let byte, let offset):
                "the label at offset \(offset) begins with \(byte), which is no length"
            case .pointerNotBackwards(let offset):
                "the compression pointer at offset \(offset) does not lead backwards"
            case .wrongDataLength(let type, let offset):
                "the \(type) record's data at offset \(offset) has the wrong length"
            case .badOption(let offset):
                "the OPT record at offset \(offset) is the second one or not owned by the root"
            }
        }
    }
}

/// Runs reads of the cursor and names their failure as the format's own.
func dnsRead<Value>(
    _ body: () throws(ByteReader.EndOfBytes) -> Value
) throws(DNS.ParseError) -> Value {
    do { return try body() } catch { throw .endOfBytes(error) }
}
