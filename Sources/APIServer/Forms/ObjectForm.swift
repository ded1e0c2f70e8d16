import KubeAPI
import Storage

/// The form in which a client wants objects.
enum ObjectForm: Hashable, Sendable {
    /// `v1` or `v1beta1` of meta.k8s.io.
    enum MetaVersion: String, Hashable, Sendable {
        case v1
        case v1beta1
    }

    /// As they are stored.
    case json
    /// Metadata alone.
    case partialMetadata(MetaVersion)

    /// What the Accept header asks for and there is.
    init(accept: String) throws(Status) {
        let types = MediaType.accepted(accept)
        if types.isEmpty {
            self = .json
            return
        }
        for type in types {
            if let form = Self.form(type) {
                self = form
                return
            }
        }
        throw Status(
            .notAcceptable,
            "only the following media types are accepted: application/json")
    }

    private static func form(_ type: MediaType) -> ObjectForm? {
        guard ["application/json", "application/*", "*/*"].contains(type.name) else { return nil }
        guard let kind = type.parameters["as"] else { return .json }
        guard type.parameters["g"] == "meta.k8s.io",
            let version = type.parameters["v"].flatMap(MetaVersion.init)
        else { return nil }
        switch kind {
        case "PartialObjectMetadata", "PartialObjectMetadataList": return .partialMetadata(version)
        default: return nil
        }
    }

    /// One object in this form.
    func encode(_ object: EncodedObject, of resource: Resource) -> [UInt8] {
        switch self {
        case .json: object.bytes
        case .partialMetadata(let version): Self.partial(object, version).encoded()
        }
    }

    private static func partial(_ object: EncodedObject, _ version: MetaVersion) -> JSON {
        [
            "kind": "PartialObjectMetadata",
            "apiVersion": .string("meta.k8s.io/\(version.rawValue)"),
            "metadata": (try? object.json())?["metadata"] ?? [:],
        ]
    }

    /// The object of a bookmark.
    func bookmark(_ revision: Revision, of resource: Resource, endsInitial: Bool) -> [UInt8] {
        var metadata: JSON = ["resourceVersion": .string(revision.description)]
        if endsInitial { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
        var object: JSON = [:]
        switch self {
        case .json:
            object["kind"] = .string(resource.kind)
            object["apiVersion"] = .string(resource.apiVersion)
        case .partialMetadata(let version):
            object["kind"] = "PartialObjectMetadata"
            object["apiVersion"] = .string("meta.k8s.io/\(version.rawValue)")
        }
        object["metadata"] = metadata
        return object.encoded()
    }

    /// A page of objects.
    func encode(_ page: ObjectPage, of resource: Resource) -> [UInt8] {
        switch self {
        case .json:
            Self.list(
                kind: "\(resource.kind)List", apiVersion: resource.apiVersion, page,
                page.items.map(\.bytes))
        case .partialMetadata(let version):
            Self.list(
                kind: "PartialObjectMetadataList",
                apiVersion: "meta.k8s.io/\(version.rawValue)", page,
                page.items.map { encode($0.object, of: resource) })
        }
    }

    /// Puts the bytes of the items between those of the list.
    private static func list(
        kind: String, apiVersion: String, _ page: ObjectPage, _ items: [[UInt8]]
    ) -> [UInt8] {
        var bytes = Array(
            "{\"kind\":\"\(kind)\",\"apiVersion\":\"\(apiVersion)\",\"metadata\":".utf8)
        page.metadata.write(to: &bytes)
        bytes += ",\"items\":[".utf8
        bytes.reserveCapacity(bytes.count + items.reduce(2) { $0 + $1.count + 1 })
        for (index, item) in items.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += item
        }
        bytes += "]}".utf8
        return bytes
    }
}

extension ObjectPage {
    /// `metadata` of a list (meta/v1 ListMeta).
    var metadata: JSON {
        var metadata: JSON = ["resourceVersion": .string(revision.description)]
        if let continueToken { metadata["continue"] = .string(continueToken) }
        if let remaining { metadata["remainingItemCount"] = .integer(Int64(remaining)) }
        return metadata
    }
}
