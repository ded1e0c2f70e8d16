extension Endpoints: WritableKubeObject {
    package static var resource: Resource { .endpoints }

    package init(json: JSON) {
        self.init(
            metadata: ObjectMeta(json: json["metadata"] ?? .null),
            subsets: json.elements("subsets", EndpointSubset.init(json:)))
    }

    package var json: JSON {
        var members = Members(of: .endpoints, metadata)
        members.set("subsets", subsets.map(\.json))
        return members.json
    }
}

extension EndpointSubset {
    package init(json: JSON) {
        self.init(
            addresses: json.elements("addresses", EndpointAddress.init(json:)),
            notReadyAddresses: json.elements("notReadyAddresses", EndpointAddress.init(json:)),
            ports: json.elements("ports", EndpointPort.init(json:)))
    }

    package var json: JSON {
        var members = Members()
        members.set("addresses", addresses.map(\.json))
        members.set("notReadyAddresses", notReadyAddresses.map(\.json))
        members.set("ports", ports.map(\.subsetJSON))
        return members.json
    }
}

extension EndpointAddress {
    package init(json: JSON) {
        self.init(ip: json.text("ip"))
        hostname = json["hostname"]?.string
        nodeName = json["nodeName"]?.string
        targetRef = json["targetRef"].flatMap {
            $0.object == nil ? nil : ObjectReference(json: $0)
        }
    }

    package var json: JSON {
        var members = Members()
        members.set("ip", JSON.string(ip))
        members.set("hostname", hostname ?? "")
        members.set("nodeName", given: nodeName)
        if let targetRef { members.set("targetRef", targetRef.json) }
        return members.json
    }
}
