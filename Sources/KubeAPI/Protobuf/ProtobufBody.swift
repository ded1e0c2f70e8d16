/// Request bodies in Kubernetes' protobuf form: four magic bytes, an envelope that names the kind, and the
/// message of the kind.
///
/// Source: k8s.io/apimachinery, pkg/runtime/generated.proto (TypeMeta, Unknown).
package enum ProtobufBody {
    package static let contentType = "application/vnd.kubernetes.protobuf"

    static let magic: [UInt8] = [0x6B, 0x38, 0x73, 0x00]

    /// The object as JSON would have said it.
    ///
    /// - Throws: 400 for a body that cannot be read; 415 for a kind or a part of one that is only understood
    ///   as JSON.
    package static func decode(_ body: [UInt8]) throws(Status) -> JSON {
        guard body.starts(with: magic) else {
            throw .badRequest("the body is not Kubernetes protobuf: it does not start with k8s\\0")
        }
        let envelope = try Envelope(parsing: body.dropFirst(magic.count))
        guard envelope.contentEncoding.isEmpty else {
            throw Status(
                .unsupportedMediaType, "content encoding \(envelope.contentEncoding) in protobuf")
        }
        switch envelope.contentType {
        case "", contentType: break
        case "application/json":
            do throws(JSONParseError) {
                return try JSON(parsing: Array(envelope.raw))
            } catch {
                throw .badRequest("unable to decode the JSON in the protobuf body: \(error)")
            }
        case let other: throw Status(.unsupportedMediaType, "content type \(other) in protobuf")
        }
        guard let schema = Schema.kind(envelope.kind, in: envelope.apiVersion) else {
            throw Status(
                .unsupportedMediaType,
                "no kind \"\(envelope.kind)\" in version \"\(envelope.apiVersion)\" can be read "
                    + "from protobuf; send it as JSON")
        }
        var object: JSON = [
            "apiVersion": .string(envelope.apiVersion), "kind": .string(envelope.kind),
        ]
        let decoder = ProtobufDecoder()
        for (name, value) in try decoder.object(envelope.raw, schema) { object[name] = value }
        return object
    }

    /// runtime.Unknown.
    private struct Envelope {
        var apiVersion = ""
        var kind = ""
        var raw: ArraySlice<UInt8> = []
        var contentEncoding = ""
        var contentType = ""

        init(parsing bytes: ArraySlice<UInt8>) throws(Status) {
            do throws(ProtobufReader.Failure) {
                var reader = ProtobufReader(bytes)
                while let (field, value) = try reader.next() {
                    switch field {
                    case 1: try readType(try value.bytes)
                    case 2: raw = try value.bytes
                    case 3: contentEncoding = try value.text
                    case 4: contentType = try value.text
                    case _: break
                    }
                }
            } catch {
                throw .unreadable(error)
            }
        }

        private mutating func readType(
            _ bytes: ArraySlice<UInt8>
        ) throws(ProtobufReader.Failure) {
            var reader = ProtobufReader(bytes)
            while let (field, value) = try reader.next() {
                switch field {
                case 1: apiVersion = try value.text
                case 2: kind = try value.text
                case _: break
                }
            }
        }
    }
}

extension Status {
    static func unreadable(_ failure: ProtobufReader.Failure, at path: String = "") -> Status {
        let place = path.isEmpty ? "" : " at \(path)"
        return .badRequest("unable to decode the protobuf body: \(failure.rawValue)\(place)")
    }
}

extension Schema {
    /// The table of a kind; DeleteOptions are known in every version, as clients send them.
    static func kind(_ kind: String, in apiVersion: String) -> Schema? {
        kind == deleteOptions.name ? deleteOptions : byKind["\(apiVersion)/\(kind)"]
    }
}
