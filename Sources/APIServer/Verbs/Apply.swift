import KubeAPI
import Storage

extension ObjectStore {
    /// PATCH by server-side apply: merges what a writer wants into the object, or makes the object.
    func apply(
        _ resource: Resource, _ name: ObjectName, _ configuration: AppliedConfiguration,
        _ options: WriteOptions
    ) async throws(Status) -> Written {
        guard let ownership = FieldOwnership(resource, subresource: options.subresource) else {
            throw Status(.unsupportedMediaType, "\(resource) cannot be applied on the server")
        }
        let now = self.configuration.now().description
        var options = options
        options.ownership = .stated
        while true {
            let isThere = try await find(resource, name) != nil
            do throws(Status) {
                if isThere || options.subresource != nil {
                    return try await merge(
                        configuration, ownership, resource, name, options, now: now)
                }
                var object = try ownership.apply(configuration, to: nil, now: now)
                try Self.checkName(object, resource, name)
                try Self.checkAbsent(&object, resource, name)
                return try await create(resource, namespace: name.namespace, object, options)
            } catch {
                // Another writer has made it, or deleted it, in the meantime.
                let isOvertaken =
                    isThere ? error.reason == .notFound : error.reason == .alreadyExists
                guard isOvertaken, options.subresource == nil else { throw error }
            }
        }
    }

    private func merge(
        _ configuration: AppliedConfiguration, _ ownership: FieldOwnership, _ resource: Resource,
        _ name: ObjectName, _ options: WriteOptions, now: String
    ) async throws(Status) -> Written {
        var warnings: [String] = []
        var written = try await change(resource, name, options) { old throws(Status) in
            var object = try ownership.apply(configuration, to: old, now: now)
            Self.unpin(&object, from: old)
            try Self.checkName(object, resource, name)
            (object, warnings) = try check(object, resource, options)
            return object
        }
        written.warnings = warnings + written.warnings
        return written
    }

    /// Who names the very object that is meant does not want another one.
    private static func checkAbsent(
        _ object: inout JSON, _ resource: Resource, _ name: ObjectName
    ) throws(Status) {
        if let uid = object.value(at: "metadata", "uid")?.string, !uid.isEmpty {
            throw .conflict(
                resource, name.name,
                "uid mismatch: the provided object specified uid \(uid), and no existing object was found"
            )
        }
        if let version = object.value(at: "metadata", "resourceVersion")?.string, !version.isEmpty {
            throw .conflict(resource, name.name)
        }
    }
}
