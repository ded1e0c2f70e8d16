import Addresses
import KubeAPI

/// Changes to the `status` of a Pod's JSON tree that leave everything else in it as it is.
struct PodStatusTree {
    private(set) var pod: JSON
    private let now: Timestamp

    init(_ pod: JSON, now: Timestamp) {
        self.pod = pod
        self.now = now
    }

    mutating func set(_ key: String, _ value: JSON) {
        var status = pod["status"] ?? [:]
        status[key] = value
        pod["status"] = status
    }

    mutating func setAddresses(_ addresses: [IPAddress]) {
        guard let first = addresses.first else { return }
        set("podIP", .string(first.description))
        set("podIPs", .array(addresses.map { ["ip": .string($0.description)] }))
    }

    /// Sets a condition; its time moves only when its status does.
    mutating func setCondition(
        _ type: String, _ isTrue: Bool, reason: String = "", message: String = ""
    ) {
        var conditions = pod.value(at: "status", "conditions")?.array ?? []
        let index = conditions.firstIndex { $0["type"]?.string == type }
        let old = index.map { conditions[$0] }
        let status: JSON = isTrue ? "True" : "False"
        var condition: JSON = ["type": .string(type), "status": status]
        let isSame = old?["status"] == status
        condition["lastTransitionTime"] =
            isSame ? old?["lastTransitionTime"] : .string(now.description)
        if !reason.isEmpty { condition["reason"] = .string(reason) }
        if !message.isEmpty { condition["message"] = .string(message) }
        if let index { conditions[index] = condition } else { conditions.append(condition) }
        set("conditions", .array(conditions))
    }

    /// Shows each container as running, and ready or not.
    mutating func setContainers(_ containers: [Pod.Container], isReady: (String) -> Bool) {
        let started = pod.value(at: "status", "startTime") ?? .string(now.description)
        let specs = pod.value(at: "spec", "containers")?.array ?? []
        set("startTime", started)
        set(
            "containerStatuses",
            .array(
                containers.map { container in
                    let spec = specs.first { $0["name"]?.string == container.name }
                    return [
                        "name": .string(container.name), "image": spec?["image"] ?? "",
                        "imageID": "", "ready": .bool(isReady(container.name)), "started": true,
                        "restartCount": 0, "state": ["running": ["startedAt": started]],
                    ]
                }))
    }
}
