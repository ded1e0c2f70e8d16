import KubeAPI
import Storage

/// The form in which a client wants objects.
enum ObjectForm: Hashable, Sendable {
    /// As they are stored.
    case json
    /// Metadata alone.
    case partialMetadata(MetaVersion)
    /// Rows for people.
    case table(TableForm)

    /// A version of meta.k8s.io.
    enum MetaVersion: String, Hashable, Sendable {
        case v1
        case v1beta1

        var apiVersion: String { "meta.k8s.io/\(rawValue)" }
    }

    struct TableForm: Hashable, Sendable {
        var version: MetaVersion
        /// What comes with each row.
        var include: Table.IncludeObject
        /// Left out in all events of a watch but the first.
        var withColumns = true
    }

    /// The first of the forms that the Accept header asks for and there is.
    init(_ request: APIRequest) throws(Status) {
        let types = MediaType.accepted(request.accept)
        let include = try Table.IncludeObject(query: request.query["includeObject"])
        let form = types.lazy.compactMap { Self.form($0, include) }.first
        guard let form = types.isEmpty ? .json : form else { throw .notAcceptable }
        self = form
    }

    private static func form(_ type: MediaType, _ include: Table.IncludeObject) -> ObjectForm? {
        guard (MediaType.json + [MediaType.yaml]).contains(type.name) else { return nil }
        guard ["", "watch"].contains(type.parameters["stream"] ?? "") else { return nil }
        guard let kind = type.parameters["as"] else { return .json }
        guard type.parameters["g"] == "meta.k8s.io",
            let version = type.parameters["v"].flatMap(MetaVersion.init)
        else { return nil }
        switch kind {
        case "PartialObjectMetadata", "PartialObjectMetadataList": return .partialMetadata(version)
        case "Table": return .table(TableForm(version: version, include: include))
        default: return nil
        }
    }

    /// For the events of a watch after the first.
    var continued: ObjectForm {
        guard case .table(var form) = self else { return self }
        form.withColumns = false
        return .table(form)
    }
}

extension ObjectForm {
    /// One object in this form.
    /// - Parameter now: the moment that ages in tables are counted to.
    func encode(_ object: EncodedObject, of resource: Resource, now: Timestamp) -> [UInt8] {
        switch self {
        case .json: object.bytes
        case .partialMetadata(let version): Self.partial(object, version).encoded()
        case .table(let form):
            Self.table(
                [object], resource, form, now,
                ["resourceVersion": .string(object.resourceVersion.description)])
        }
    }

    private static func partial(_ object: EncodedObject, _ version: MetaVersion) -> JSON {
        [
            "kind": "PartialObjectMetadata", "apiVersion": .string(version.apiVersion),
            "metadata": (try? object.json())?["metadata"] ?? [:],
        ]
    }

    private static func table(
        _ objects: [EncodedObject], _ resource: Resource, _ form: TableForm, _ now: Timestamp,
        _ metadata: JSON
    ) -> [UInt8] {
        Table.make(
            resource: resource, objects: objects.compactMap { try? $0.json() }, now: now,
            includeObject: form.include, version: form.version.rawValue, metadata: metadata,
            withColumns: form.withColumns
        ).encoded()
    }

    /// The object of a bookmark.
    func bookmark(_ revision: Revision, of resource: Resource, endsInitial: Bool) -> [UInt8] {
        var metadata: JSON = ["resourceVersion": .string(revision.description)]
        if endsInitial { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
        switch self {
        case .json:
            let object: JSON = [
                "kind": .string(resource.kind), "apiVersion": .string(resource.apiVersion),
                "metadata": metadata,
            ]
            return object.encoded()
        case .partialMetadata(let version):
            let object: JSON = [
                "kind": "PartialObjectMetadata", "apiVersion": .string(version.apiVersion),
                "metadata": metadata,
            ]
            return object.encoded()
        case .table(let form):
            return Table.make(
                resource: resource, objects: [["metadata": metadata]], now: Timestamp.zero,
                includeObject: .metadata, version: form.version.rawValue, metadata: metadata,
                withColumns: false
            ).encoded()
        }
    }

    /// A page of objects.
    func encode(_ page: ObjectPage, of resource: Resource, now: Timestamp) -> [UInt8] {
        switch self {
        case .json:
            Self.list(
                kind: "\(resource.kind)List", apiVersion: resource.apiVersion, page,
                page.items.map(\.bytes))
        case .partialMetadata(let version):
            Self.list(
                kind: "PartialObjectMetadataList", apiVersion: version.apiVersion, page,
                page.items.map { encode($0.object, of: resource, now: now) })
        case .table(let form):
            Self.table(page.items.map(\.object), resource, form, now, page.metadata)
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

extension Timestamp {
    fileprivate static let zero = Timestamp(secondsSinceEpoch: 0)
}
