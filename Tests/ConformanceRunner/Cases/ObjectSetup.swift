import KubeAPI

/// Brings objects of a case into the API, status and all.
struct ObjectSetup: Sendable {
    let api: Conversation
    /// Of namespaced objects that name none.
    let namespace: String
    private static let merge = "application/merge-patch+json"
    /// Time enough for every case.
    private static let gracePeriod: JSON = ["gracePeriodSeconds": 3600]

    /// Makes the object, or makes the one that is there like it. One with a deletionTimestamp is terminating then.
    func apply(_ object: JSON) async throws {
        var object = Self.completed(object)
        let address = try ResourceAddress(of: object, namespace: namespace)
        let path = address.object(address.name)
        let isTerminating = object.value(at: "metadata", "deletionTimestamp") != nil
        object["metadata"]?["deletionTimestamp"] = nil
        let status = object["status"]
        object["status"] = nil
        var answer = try await api.send("POST", address.collection, object)
        if answer.code == 409 {
            answer = try await api.send("PATCH", path, object, type: Self.merge)
        }
        try Self.check(answer, path)
        if let status, status.object?.isEmpty == false {
            try await patchStatus(path, ["status": status])
        }
        if isTerminating {
            try Self.check(try await api.send("DELETE", path, Self.gracePeriod), path)
        }
    }

    /// Makes the object anew, if one of its name is there.
    func replace(_ object: JSON) async throws {
        let address = try ResourceAddress(of: object, namespace: namespace)
        try await api.remove(address.object(address.name))
        try await apply(object)
    }

    /// `{kind, name, patch}` of a step.
    func patch(_ change: JSON, status: Bool = false) async throws {
        let path = try path(change)
        if status { return try await patchStatus(path, change["patch"] ?? [:]) }
        try Self.check(
            try await api.send("PATCH", path, change["patch"], type: Self.merge), path)
    }

    /// `{kind, name}` of a step.
    func delete(_ object: JSON) async throws { try await api.remove(try path(object)) }

    private func patchStatus(_ path: String, _ patch: JSON) async throws {
        let answer = try await api.send("PATCH", "\(path)/status", patch, type: Self.merge)
        try Self.check(answer, "\(path)/status")
    }

    private func path(_ change: JSON) throws -> String {
        let kind = change["kind"]?.string ?? ""
        guard let resource = Resource.all.first(where: { $0.kind == kind }) else {
            throw Failure("\(kind) is no kind of this API")
        }
        var object: JSON = ["kind": .string(kind), "apiVersion": .string(resource.apiVersion)]
        object["metadata"] = change["namespace"].map { ["namespace": $0] } ?? [:]
        return try ResourceAddress(of: object, namespace: namespace)
            .object(change["name"]?.string ?? "")
    }

    private static func check(_ answer: Answer, _ path: String) throws {
        guard answer.isSuccess else { throw Failure("\(path): \(answer)") }
    }

    /// Cases leave out what they are not about: a Pod's container, and why a Service has two ClusterIPs.
    private static func completed(_ object: JSON) -> JSON {
        var object = object
        var spec = object["spec"] ?? [:]
        if object["kind"] == "Pod", spec["containers"] == nil {
            spec["containers"] = [["name": "c", "image": "img"]]
            object["spec"] = spec
        }
        if object["kind"] == "Service", spec["clusterIPs"]?.array?.count == 2,
            spec["ipFamilyPolicy"] == nil
        {
            spec["ipFamilyPolicy"] = "RequireDualStack"
            object["spec"] = spec
        }
        return object
    }
}
