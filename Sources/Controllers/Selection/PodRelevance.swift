import Addresses
import KubeAPI

extension Pod {
    /// True if the difference to `old` can matter to the endpoints of a Service.
    func differsInEndpoints(from old: Pod) -> Bool {
        metadata.labels != old.metadata.labels || metadata.uid != old.metadata.uid
            || podIPs != old.podIPs || isReady != old.isReady || isFinished != old.isFinished
            || isTerminating != old.isTerminating || nodeName != old.nodeName
            || hostname != old.hostname || subdomain != old.subdomain
            || containers.map(\.ports) != old.containers.map(\.ports)
            || sidecars.map(\.ports) != old.sidecars.map(\.ports)
            || metadata.annotations[PointsmanName.address]
                != old.metadata.annotations[PointsmanName.address]
    }

    /// Endpoints are made of Pods that have an address and have not come to their end (rule E-004).
    var belongsInEndpoints: Bool { !isFinished && !podIPs.isEmpty }

    /// The Pod's first address of the family, in its canonical text.
    func address(_ family: IPFamily) -> String? {
        podIPs.lazy.compactMap { IPAddress($0) }.first { $0.family == family }?.description
    }

    /// The hostname to publish for a Service: the Pod names the Service as its subdomain (rule E-005).
    func publishedHostname(for service: Service) -> String? {
        guard !hostname.isEmpty, subdomain == service.metadata.name,
            metadata.namespace == service.metadata.namespace
        else { return nil }
        return hostname
    }

    /// The number of a ServicePort's targetPort in this Pod; nil if no container has a port of that name and
    /// protocol (rule S-027: containers first, then sidecars).
    func number(of port: ServicePort) -> Int64? {
        switch port.targetPort {
        case .integer(let number): return number == 0 ? port.port : number
        case .string(let name) where name.isEmpty: return port.port
        case .string(let name):
            let ports = (containers + sidecars).flatMap(\.ports)
            let wanted = port.protocol.isEmpty ? "TCP" : port.protocol
            return ports.first { $0.name == name && $0.protocol == wanted }?.containerPort
        }
    }

    /// The ports at which the Pod serves the Service, in the order of the Service's ports.
    func endpointPorts(for service: Service) -> [EndpointPort] {
        service.spec.ports.compactMap { port in
            number(of: port).map {
                EndpointPort(
                    name: port.name, protocol: port.protocol.isEmpty ? "TCP" : port.protocol,
                    port: $0, appProtocol: port.appProtocol)
            }
        }
    }

    /// The reference that an endpoint holds.
    var reference: ObjectReference {
        ObjectReference(
            kind: "Pod", namespace: metadata.namespace, name: metadata.name, uid: metadata.uid)
    }
}
