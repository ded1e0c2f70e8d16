import Addresses
import LoadBalancing

/// What the kernel has of one frontend.
struct RenderedFrontend: Equatable, Sendable {
    var servicePort: ServicePortName
    /// The list, or the refusal, for Pods and this host.
    var internalID: UInt32
    /// For everybody else.
    var externalID: UInt32
    var masquerade: Frontend.Masquerade
    /// nil: everybody may connect.
    var ranges: [IPPrefix]?
    var isClusterIP: Bool

    var masqueradeMode: UInt32? {
        switch masquerade {
        case .never: nil
        case .always: ReservedID.masqueradeAlways
        case .unlessFromPod: ReservedID.masqueradeUnlessFromPod
        case .fromHost: ReservedID.masqueradeFromHost
        }
    }
}

/// What the kernel has of one ServicePort.
struct RenderedPort: Equatable, Sendable {
    var cluster: RenderedList?
    /// nil also where it is the same as the cluster list, and goes by its id.
    var local: RenderedList?
    var localIsCluster = false
    /// The lists that its frontends lead to.
    var used: Set<BackendList> = []
    var frontends: [FrontendAddress] = []

    func list(_ list: BackendList) -> RenderedList? {
        switch list {
        case .cluster: cluster
        case .local: localIsCluster ? cluster : local
        }
    }
}

extension Frontend {
    /// The lists that it leads to.
    var lists: [BackendList] { [internalList, externalList] }
}
