/// The rules of every resource behind one door, for callers that hold trees. For a Service, the allocation of
/// addresses and ports stands between `prepare…` and `…Errors`.
package enum ObjectRules {
    /// Fills in what the API fills in as it reads an object, before anything is assigned. Twice is once.
    package static func applyDefaults(_ object: inout JSON, _ resource: Resource) {
        switch resource {
        case .services: object.edit(Service.self) { ServiceRules.applyDefaults(&$0) }
        case .endpoints: object.edit(Endpoints.self) { EndpointsRules.applyDefaults(&$0) }
        case .pods: PodRules.applyDefaults(&object)
        case .namespaces: NamespaceRules.applyDefaults(&object)
        default: break
        }
    }

    /// Defaults a new object and takes away what a client may not set.
    package static func prepareForCreate(_ object: inout JSON, _ resource: Resource) {
        switch resource {
        case .services: object.edit(Service.self) { ServiceRules.prepareForCreate(&$0) }
        case .endpointSlices: object.edit(EndpointSlice.self) { EndpointSliceRules.prepare(&$0) }
        case .endpoints: object.edit(Endpoints.self) { EndpointsRules.applyDefaults(&$0) }
        case .pods: PodRules.prepareForCreate(&object)
        case .namespaces: NamespaceRules.prepareForCreate(&object)
        case .serviceCIDRs: ServiceCIDRRules.prepareForCreate(&object)
        case .ipAddresses: IPAddressRules.prepare(&object)
        default: break
        }
    }

    /// The same for an object that replaces `old`; `subresource` is nil or `status`.
    package static func prepareForUpdate(
        _ object: inout JSON, replacing old: JSON, _ resource: Resource, subresource: String?
    ) {
        switch resource {
        case .services:
            let old = Service(json: old)
            object.edit(Service.self) {
                if subresource == "status" {
                    ServiceRules.prepareForStatusUpdate(&$0, replacing: old)
                } else {
                    ServiceRules.prepareForUpdate(&$0, replacing: old)
                }
            }
        case .endpointSlices, .endpoints, .ipAddresses:
            prepareForCreate(&object, resource)
        case .pods:
            PodRules.prepareForUpdate(&object, replacing: old, subresource: subresource)
        case .nodes, .namespaces, .serviceCIDRs:
            let kept = subresource == "status" ? "spec" : "status"
            object[kept] = old[kept]
            applyDefaults(&object, resource)
        default: break
        }
    }

    /// What is wrong with a new object.
    package static func createErrors(
        _ object: JSON, _ resource: Resource, _ context: ServiceValidationContext
    ) -> [FieldError] {
        let loopback = context.loopbackPodCIDRs
        switch resource {
        case .services: return ServiceRules.createErrors(Service(json: object), context)
        case .endpointSlices:
            return EndpointSliceRules.createErrors(
                EndpointSlice(json: object), context)
        case .endpoints:
            return EndpointsRules.createErrors(
                Endpoints(json: object), context)
        case .pods: return PodRules.createErrors(object, loopbackPodCIDRs: loopback)
        case .nodes: return NodeRules.createErrors(object)
        case .namespaces: return NamespaceRules.createErrors(object)
        case .events: return EventRules.createErrors(Event(json: object), .loose)
        case .groupEvents:
            return EventRules.createErrors(Event(json: resource.stored(object)), .strict)
        case .leases: return LeaseRules.createErrors(Lease(json: object))
        case .serviceCIDRs: return ServiceCIDRRules.createErrors(ServiceCIDR(json: object))
        case .ipAddresses: return IPAddressRules.createErrors(IPAddressObject(json: object))
        case .tokens: return TokenRules.createErrors(object)
        default: return []
        }
    }

    /// What is wrong with an object that replaces `old`.
    package static func updateErrors(
        _ object: JSON, replacing old: JSON, _ resource: Resource, subresource: String?,
        _ context: ServiceValidationContext
    ) -> [FieldError] {
        let loopback = context.loopbackPodCIDRs
        switch resource {
        case .services:
            let (new, old) = (Service(json: object), Service(json: old))
            return subresource == "status"
                ? ServiceRules.statusUpdateErrors(new, replacing: old, context)
                : ServiceRules.updateErrors(new, replacing: old, context)
        case .endpointSlices:
            return EndpointSliceRules.updateErrors(
                EndpointSlice(json: object), replacing: EndpointSlice(json: old), context)
        case .endpoints:
            return EndpointsRules.updateErrors(
                Endpoints(json: object), replacing: Endpoints(json: old), context)
        case .pods:
            return PodRules.updateErrors(object, replacing: old, loopbackPodCIDRs: loopback)
        case .nodes: return NodeRules.updateErrors(object, replacing: old)
        case .namespaces: return NamespaceRules.updateErrors(object, replacing: old)
        case .events:
            return EventRules.updateErrors(
                Event(json: object), replacing: Event(json: old), .loose)
        case .groupEvents:
            return EventRules.updateErrors(
                Event(json: resource.stored(object)), replacing: Event(json: resource.stored(old)),
                .strict)
        case .leases:
            return LeaseRules.updateErrors(Lease(json: object), replacing: Lease(json: old))
        case .serviceCIDRs:
            let (new, old) = (ServiceCIDR(json: object), ServiceCIDR(json: old))
            return subresource == "status"
                ? ServiceCIDRRules.statusUpdateErrors(new, replacing: old)
                : ServiceCIDRRules.updateErrors(new, replacing: old)
        case .ipAddresses:
            return IPAddressRules.updateErrors(
                IPAddressObject(json: object), replacing: IPAddressObject(json: old))
        default: return []
        }
    }

    /// What to tell the client about an accepted object, in words for `Warning` headers.
    package static func warnings(
        _ object: JSON, _ resource: Resource, isNew: Bool
    ) -> [String] {
        switch resource {
        case .services: ServiceRules.warnings(Service(json: object))
        case .endpointSlices where !isOfController(object, EndpointSlice.managedByLabel):
            EndpointSliceRules.warnings(EndpointSlice(json: object), isNew: isNew)
        case .endpoints where !isOfController(object, "endpoints.kubernetes.io/managed-by"):
            EndpointsRules.warnings(Endpoints(json: object))
        default: []
        }
    }

    /// Kubernetes' controllers write canonical addresses, which is not checked again.
    private static func isOfController(_ object: JSON, _ label: String) -> Bool {
        let value = object.value(at: "metadata", "labels", label)?.string
        return [
            "endpointslice-controller.k8s.io", "endpointslicemirroring-controller.k8s.io",
            "endpoint-controller",
        ].contains(value)
    }
}

extension JSON {
    fileprivate mutating func edit<Object: WritableKubeObject>(
        _ type: Object.Type, _ change: (inout Object) -> Void
    ) {
        var object = Object(json: self)
        change(&object)
        self = object.json
    }
}
