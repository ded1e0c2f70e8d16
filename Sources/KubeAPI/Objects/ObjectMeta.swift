/// `metadata` of an object (meta/v1 ObjectMeta), as far as Pointsman looks into it.
package struct ObjectMeta: Equatable, Sendable {
    private struct Rare: Equatable, Sendable {
        var generateName = ""
        var deletionTimestamp: String?
        var deletionGracePeriodSeconds: Int64?
        var finalizers: [String] = []
        var managedFields: JSON?
    }

    package var name = ""
    package var namespace = ""
    package private(set) var compactUID = ObjectUID("")
    package var uid: String {
        get { compactUID.text }
        set { compactUID = ObjectUID(newValue) }
    }
    package var resourceVersion = ResourceVersion.unset
    package var generation: Int64 = 0
    /// RFC 3339 text.
    package var creationTimestamp: String?
    package var labels: [String: String] = [:]
    package var annotations: [String: String] = [:]
    package var ownerReferences: [OwnerReference] = []
    /// What few objects in a cache have is held apart; nil where all of it is unset.
    private var rare: CopyOnWrite<Rare>?

    package init(
        name: String = "", namespace: String = "", labels: [String: String] = [:],
        annotations: [String: String] = [:]
    ) {
        self.name = name
        self.namespace = namespace
        self.labels = labels
        self.annotations = annotations
    }

    package var objectName: ObjectName { ObjectName(namespace: namespace, name: name) }
}

extension ObjectMeta {
    package var generateName: String {
        get { rare?.wrappedValue.generateName ?? "" }
        set { change { $0.generateName = newValue } }
    }

    /// RFC 3339 text; set means that the object is terminating.
    package var deletionTimestamp: String? {
        get { rare?.wrappedValue.deletionTimestamp }
        set { change { $0.deletionTimestamp = newValue } }
    }

    package var deletionGracePeriodSeconds: Int64? {
        get { rare?.wrappedValue.deletionGracePeriodSeconds }
        set { change { $0.deletionGracePeriodSeconds = newValue } }
    }

    package var finalizers: [String] {
        get { rare?.wrappedValue.finalizers ?? [] }
        set { change { $0.finalizers = newValue } }
    }

    /// Kept as it came.
    package var managedFields: JSON? {
        get { rare?.wrappedValue.managedFields }
        set { change { $0.managedFields = newValue } }
    }

    private mutating func change(_ edit: (inout Rare) -> Void) {
        rare.change(unset: Rare(), edit)
    }

    /// Reads what is there, all at once.
    private mutating func readRare(_ json: JSON) {
        change {
            $0.generateName = json["generateName"]?.string ?? ""
            $0.deletionTimestamp = json["deletionTimestamp"]?.string
            $0.deletionGracePeriodSeconds = json["deletionGracePeriodSeconds"]?.integer
            $0.finalizers = json["finalizers"]?.array?.compactMap(\.string) ?? []
            $0.managedFields = json["managedFields"]
        }
    }
}

/// `metadata.ownerReferences[]`.
package struct OwnerReference: Equatable, Sendable {
    package var apiVersion: String
    package var kind: String
    package var name: String
    package private(set) var compactUID: ObjectUID
    package var uid: String { compactUID.text }
    package var controller: Bool
    package var blockOwnerDeletion: Bool

    package init(
        apiVersion: String, kind: String, name: String, uid: String, controller: Bool = false,
        blockOwnerDeletion: Bool = false
    ) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.name = name
        compactUID = ObjectUID(uid)
        self.controller = controller
        self.blockOwnerDeletion = blockOwnerDeletion
    }
}

extension OwnerReference {
    package init(json: JSON) {
        self.init(
            apiVersion: json["apiVersion"]?.string ?? "", kind: json["kind"]?.string ?? "",
            name: json["name"]?.string ?? "", uid: json["uid"]?.string ?? "",
            controller: json["controller"]?.bool ?? false,
            blockOwnerDeletion: json["blockOwnerDeletion"]?.bool ?? false)
    }

    package var json: JSON {
        var json: JSON = [
            "apiVersion": .string(apiVersion), "kind": .string(kind), "name": .string(name),
            "uid": .string(uid),
        ]
        if controller { json["controller"] = true }
        if blockOwnerDeletion { json["blockOwnerDeletion"] = true }
        return json
    }
}

extension ObjectMeta {
    package init(json: JSON) {
        name = json["name"]?.string ?? ""
        namespace = SharedText.of(json["namespace"]?.string ?? "")
        uid = json["uid"]?.string ?? ""
        resourceVersion = json["resourceVersion"]?.string.flatMap(ResourceVersion.init) ?? .unset
        generation = json["generation"]?.integer ?? 0
        creationTimestamp = json["creationTimestamp"]?.string.map(SharedText.of)
        labels = json["labels"]?.stringMap ?? [:]
        annotations = json["annotations"]?.stringMap ?? [:]
        ownerReferences = json["ownerReferences"]?.array?.map(OwnerReference.init(json:)) ?? []
        readRare(json)
    }

    /// Only what is set is written.
    package var json: JSON {
        var members: [(String, JSON)] = []
        if !name.isEmpty { members.append(("name", .string(name))) }
        if !generateName.isEmpty { members.append(("generateName", .string(generateName))) }
        if !namespace.isEmpty { members.append(("namespace", .string(namespace))) }
        if !uid.isEmpty { members.append(("uid", .string(uid))) }
        if resourceVersion != .unset {
            members.append(("resourceVersion", .string(resourceVersion.description)))
        }
        if generation != 0 { members.append(("generation", .integer(generation))) }
        if let creationTimestamp {
            members.append(("creationTimestamp", .string(creationTimestamp)))
        }
        if let deletionTimestamp {
            members.append(("deletionTimestamp", .string(deletionTimestamp)))
        }
        if let deletionGracePeriodSeconds {
            members.append(("deletionGracePeriodSeconds", .integer(deletionGracePeriodSeconds)))
        }
        if !labels.isEmpty { members.append(("labels", .stringMap(labels))) }
        if !annotations.isEmpty { members.append(("annotations", .stringMap(annotations))) }
        if !ownerReferences.isEmpty {
            members.append(("ownerReferences", .array(ownerReferences.map(\.json))))
        }
        if !finalizers.isEmpty { members.append(("finalizers", .strings(finalizers))) }
        if let managedFields { members.append(("managedFields", managedFields)) }
        return .object(JSONObject(members))
    }
}
