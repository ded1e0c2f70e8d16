extension Node: KubeObject {
    package static var resource: Resource { .nodes }

    package init(json: JSON) {
        self.init(metadata: ObjectMeta(json: json["metadata"] ?? .null))
        let status = json["status"] ?? .null
        internalIPs = status.elements("addresses") { $0 }
            .filter { $0["type"]?.string == "InternalIP" }.map { $0.text("address") }
        conditions = status.elements("conditions", Condition.init(json:))
        allocatableMilliCPU = status.value(at: "allocatable", "cpu").flatMap(milliUnits)
        let spec = json["spec"] ?? .null
        isUnschedulable = spec["unschedulable"]?.bool ?? false
        taintKeys = spec.elements("taints") { $0.text("key") }
    }
}

/// A resource quantity (`4`, `3920m`, `0.5`) in thousandths; nil for other suffixes and what is no quantity.
private func milliUnits(_ json: JSON) -> Int64? {
    if let units = json.integer {
        let (value, overflow) = units.multipliedReportingOverflow(by: 1000)
        return overflow ? nil : value
    }
    guard let text = json.string else { return nil }
    if text.last == "m" { return Int64(text.dropLast()) }
    guard let units = Double(text) else { return nil }
    return Int64(exactly: (units * 1000).rounded(.up))
}
