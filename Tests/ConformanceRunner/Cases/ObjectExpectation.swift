import KubeAPI

/// `object` of a step: the parts of a ServiceCIDR or an IPAddress that a case tells.
struct ObjectExpectation {
    private let parts: JSON

    init(_ parts: JSON) { self.parts = parts }

    func check(_ object: JSON, _ labels: inout Labels, _ place: String) throws(Failure) {
        for (part, value) in parts.object ?? JSONObject() {
            guard let found = Self.part(part, of: object) else {
                throw Failure("\(place): \(part) of an object is not known")
            }
            try labels.check(found, value, "\(place) \(part)")
        }
    }

    private static func part(_ name: String, of object: JSON) -> JSON? {
        let metadata = object["metadata"] ?? .null
        switch name {
        case "name", "labels", "finalizers", "annotations": return metadata[name] ?? .null
        case "deleting": return .bool(metadata["deletionTimestamp"] != nil)
        case "cidrs": return object.value(at: "spec", "cidrs") ?? .null
        case "spec": return object["spec"] ?? .null
        case "conditions":
            let conditions = object.value(at: "status", "conditions")?.array ?? []
            return .array(
                conditions.map { condition in
                    [
                        "type": condition["type"] ?? "", "status": condition["status"] ?? "",
                        "reason": condition["reason"] ?? "",
                    ]
                })
        default: return nil
        }
    }
}
