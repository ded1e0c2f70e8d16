import KubeAPI

/// What a delete says about the objects that name the deleted one as their owner.
enum DependentsPolicy {
    static let orphanFinalizer = "orphan"
    static let foregroundFinalizer = "foregroundDeletion"

    /// Sets the finalizer that stands for a propagation policy, and takes away the other. Without a policy an object
    /// keeps the one that it has.
    static func apply(_ policy: String?, to object: inout JSON) {
        let wanted: String?
        switch policy {
        case "Orphan": wanted = orphanFinalizer
        case "Foreground": wanted = foregroundFinalizer
        case "Background": wanted = nil
        case _: return
        }
        let present = object.value(at: "metadata", "finalizers")?.array ?? []
        var finalizers = present.filter {
            $0.string == wanted || $0.string != orphanFinalizer && $0.string != foregroundFinalizer
        }
        if let wanted, !finalizers.contains(.string(wanted)) { finalizers.append(.string(wanted)) }
        guard finalizers != present else { return }
        object["metadata"]?["finalizers"] = finalizers.isEmpty ? nil : .array(finalizers)
    }
}
