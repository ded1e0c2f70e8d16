/// `metadata` of an object (meta/v1 ObjectMeta), as far as Pointsman looks into it.
package struct ObjectMeta: Equatable, Sendable {
    package var name = ""
    package var generateName = ""
    package var namespace = ""
    package var uid = ""
    package var resourceVersion = ResourceVersion.unset
    package var generation: Int64 = 0
    /// RFC 3339 text.
    package var creationTimestamp: String?
    /// RFC 3339 text; set means that the object is terminating.
    package var deletionTimestamp: String?
    package var deletionGracePeriodSeconds: Int64?
    package var labels: [String: String] = [:]
    package var annotations: [String: String] = [:]
    package var ownerReferences: [OwnerReference] = []
    package var finalizers: [String] = []
    /// Kept as it came.
    package var managedFields: JSON?

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

/// `metadata.ownerReferences[]`.
package struct OwnerReference: Equatable, Sendable {
    package var apiVersion: String
    package var kind: String
    package var name: String
    package var uid: String
    package var controller: Bool
    package var blockOwnerDeletion: Bool

    package init(
        apiVersion: String, kind: String, name: String, uid: String, controller: Bool = false,
        blockOwnerDeletion: Bool = false
    ) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.name = name
        self.uid = uid
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
        generateName = json["generateName"]?.string ?? ""
        namespace = json["namespace"]?.string ?? ""
        uid = json["uid"]?.string ?? ""
        resourceVersion = json["resourceVersion"]?.string.flatMap(ResourceVersion.init) ?? .unset
        generation = json["generation"]?.integer ?? 0
        creationTimestamp = json["creationTimestamp"]?.string
        deletionTimestamp = json["deletionTimestamp"]?.string
        deletionGracePeriodSeconds = json["deletionGracePeriodSeconds"]?.integer
        labels = json["labels"]?.stringMap ?? [:]
        annotations = json["annotations"]?.stringMap ?? [:]
        ownerReferences = json["ownerReferences"]?.array?.map(OwnerReference.init(json:)) ?? []
        finalizers = json["finalizers"]?.array?.compactMap(\.string) ?? []
        managedFields = json["managedFields"]
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
