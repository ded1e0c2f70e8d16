extension EndpointSlice: WritableKubeObject {
    package static var resource: Resource { .endpointSlices }

    package init(json: JSON) {
        self.init(
            metadata: ObjectMeta(json: json["metadata"] ?? .null),
            addressType: json.text("addressType"),
            endpoints: json.elements("endpoints", Endpoint.init(json:)),
            ports: json["ports"]?.array?.map(EndpointPort.init(json:)))
    }

    package var json: JSON {
        var members = Members(of: .endpointSlices, metadata)
        members.set("addressType", JSON.string(addressType))
        members.set("endpoints", JSON.array(endpoints.map(\.json)))
        members.set("ports", ports.map { .array($0.map(\.sliceJSON)) } ?? JSON.null)
        return members.json
    }
}

extension Endpoint {
    package init(json: JSON) {
        self.init(addresses: json.texts("addresses"))
        if let conditions = json["conditions"] {
            ready = conditions["ready"]?.bool
            serving = conditions["serving"]?.bool
            terminating = conditions["terminating"]?.bool
        }
        if let hostname = json["hostname"]?.string { self.hostname = hostname }
        targetRef = json["targetRef"].flatMap {
            $0.object == nil ? nil : ObjectReference(json: $0)
        }
        if let topology = json["deprecatedTopology"]?.stringMap { deprecatedTopology = topology }
        nodeName = json["nodeName"]?.string
        if let zone = json["zone"]?.string { self.zone = zone }
        if let hints = json["hints"], hints.object != nil {
            self.hints = EndpointHints(json: hints)
        }
    }

    /// `conditions` is there even if it is empty, as in Kubernetes' answers.
    package var json: JSON {
        var conditions = Members()
        conditions.set("ready", given: ready)
        conditions.set("serving", given: serving)
        conditions.set("terminating", given: terminating)
        var members = Members()
        members.set("addresses", JSON.strings(addresses))
        members.set("conditions", conditions.json)
        members.set("hostname", given: hostname)
        if let targetRef { members.set("targetRef", targetRef.json) }
        members.set("deprecatedTopology", deprecatedTopology)
        members.set("nodeName", given: nodeName)
        members.set("zone", given: zone)
        if let hints { members.set("hints", hints.json) }
        return members.json
    }
}

extension EndpointHints {
    package init(json: JSON) {
        self.init(
            forZones: json.elements("forZones") { $0.text("name") },
            forNodes: json.elements("forNodes") { $0.text("name") })
    }

    package var json: JSON {
        var members = Members()
        members.set("forZones", forZones.map { ["name": .string($0)] as JSON })
        members.set("forNodes", forNodes.map { ["name": .string($0)] as JSON })
        return members.json
    }
}

extension EndpointPort {
    /// An absent protocol is TCP, an absent name "".
    package init(json: JSON) {
        self.init(
            name: json.text("name"), protocol: json["protocol"]?.string ?? "TCP",
            port: json["port"]?.integer, appProtocol: json["appProtocol"]?.string)
    }

    /// As a member of an EndpointSlice: the name is there even if it is empty.
    package var sliceJSON: JSON {
        var members = Members()
        members.set("name", JSON.string(name))
        members.set("protocol", JSON.string(`protocol`))
        members.set("port", given: port)
        members.set("appProtocol", given: appProtocol)
        return members.json
    }

    /// As a member of an Endpoints subset.
    package var subsetJSON: JSON {
        var members = Members()
        members.set("name", name)
        members.set("port", JSON.integer(port ?? 0))
        members.set("protocol", `protocol`)
        members.set("appProtocol", given: appProtocol)
        return members.json
    }
}
