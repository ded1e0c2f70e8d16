import Addresses
import Controllers
import KubeAPI
import TestSupport

/// One case of endpointslice.yaml, played against the controllers.
struct ConformanceRun {
    let lab = ControllerLab()
    private let inputs: JSON
    private var nextAddress = 10

    init(_ conformanceCase: ConformanceCase) {
        inputs = conformanceCase.inputs
        for node in inputs["nodes"]?.array ?? [] { lab.cluster.put(node) }
    }

    var steps: [JSON] { inputs["steps"]?.array ?? [] }

    mutating func play(_ step: JSON) async {
        for object in step["apply"]?.array ?? [] { apply(object) }
        if let count = step.value(at: "repeat", "pods")?.integer {
            for index in 0..<count { apply(Self.repeatedPod(index)) }
        }
        for name in step["applyPods"]?.array?.compactMap(\.string) ?? [] {
            apply(Self.repeatedPod(Int64(name.dropFirst())!))
        }
        for change in step["mergePatch"]?.array ?? [] { merge(change) }
        for object in step["delete"]?.array ?? [] {
            lab.cluster.remove(Self.resource(object), Self.name(object))
        }
        if step["deleteSlices"] != nil {
            for slice in lab.cluster.objects(EndpointSlice.self) {
                lab.cluster.remove(.endpointSlices, slice.objectName)
            }
        }
        await lab.settle()
    }

    private mutating func apply(_ object: JSON) {
        var object = object
        if object.value(at: "metadata", "deletionTimestamp") != nil {
            object["metadata"]?["deletionTimestamp"] = "2027-01-15T08:00:00Z"
        }
        if object["kind"] == "Service" { object = completed(Service(json: object)).json }
        lab.cluster.put(object)
    }

    private mutating func merge(_ change: JSON) {
        let resource = Self.resource(change)
        let patch = Patch.merge(change["patch"] ?? [:])
        guard let old = lab.cluster.object(resource, Self.name(change)),
            let new = try? patch.apply(to: old, resource: resource)
        else { preconditionFailure("the patch of \(change) does not apply") }
        apply(new)
    }

    /// What the API server fills in; the cluster has both families, IPv4 first.
    private mutating func completed(_ service: Service) -> Service {
        var service = service
        ServiceRules.applyDefaults(&service)
        guard service.spec.type != .externalName else { return service }
        var families = service.spec.ipFamilies.isEmpty ? ["IPv4"] : service.spec.ipFamilies
        if service.spec.ipFamilyPolicy == "RequireDualStack", families.count == 1 {
            families.append(families == ["IPv4"] ? "IPv6" : "IPv4")
        }
        if service.spec.ipFamilyPolicy == "SingleStack" { families = [families[0]] }
        service.spec.ipFamilies = families
        guard service.spec.clusterIP != "None" else { return service }
        service.spec.clusterIPs = families.map { family in
            nextAddress += 1
            return family == "IPv4" ? "10.96.0.\(nextAddress)" : "fd00:96::\(nextAddress)"
        }
        service.spec.clusterIP = service.spec.clusterIPs[0]
        return service
    }

    private static func repeatedPod(_ index: Int64) -> JSON {
        let digits = String(index)
        let name = "p" + String(repeating: "0", count: 4 - digits.count) + digits
        let address = JSON.string("10.244.\(1 + index / 250).\(index % 250 + 1)")
        return [
            "kind": "Pod",
            "metadata": [
                "name": .string(name), "namespace": "epns", "labels": ["app": "api"],
            ],
            "spec": ["nodeName": "node-a", "containers": [["name": "c", "image": "img"]]],
            "status": [
                "phase": "Running", "podIP": address, "podIPs": [["ip": address]],
                "conditions": [["type": "Ready", "status": "True"]],
            ],
        ]
    }

    private static func resource(_ object: JSON) -> Resource {
        Resource.all.first { $0.kind == object["kind"]?.string }!
    }

    private static func name(_ object: JSON) -> ObjectName {
        ObjectName(namespace: "epns", name: object["name"]?.string ?? "")
    }
}
