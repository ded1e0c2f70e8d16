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
    /// A NodePort, not an address of its own.
    var isNodePort: Bool
    /// nil: everybody may connect.
    var ranges: [IPPrefix]?
    var isClusterIP: Bool
    /// One of its lists has session affinity.
    var isSticky: Bool

    /// Special is what asks for more than one list that serves everybody, without affinity, and is masqueraded as is
    /// usual: few packets are for those, and all others are spared the questions.
    var isSpecial: Bool {
        isSticky || externalID != internalID || ranges != nil || masqueradeMode != nil
    }

    /// The id that its address leads to.
    var entryID: UInt32 { isSpecial ? internalID | ReservedID.special : internalID }

    /// What most addresses, and most NodePorts, ask for: the rules do it unless an element says otherwise.
    static let usualMode = ReservedID.masqueradeUnlessFromPod
    static let usualNodeMode = ReservedID.masqueradeAlways

    /// nil where it is the usual one.
    var masqueradeMode: UInt32? {
        let mode =
            switch masquerade {
            case .never: ReservedID.masqueradeNever
            case .always: ReservedID.masqueradeAlways
            case .unlessFromPod: ReservedID.masqueradeUnlessFromPod
            case .fromHost: ReservedID.masqueradeFromHost
            }
        return mode == (isNodePort ? Self.usualNodeMode : Self.usualMode) ? nil : mode
    }
}

/// What the kernel has of one ServicePort.
struct RenderedPort: Equatable, Sendable {
    var cluster: RenderedList?
    /// nil also where it is the same as the cluster list, and goes by its id.
    var local: RenderedList?
    var localIsCluster = false
    /// The lists that its frontends lead to.
    var used = ListUse()
    var frontends: [FrontendAddress] = []

    func list(_ list: BackendList) -> RenderedList? {
        switch list {
        case .cluster: cluster
        case .local: localIsCluster ? cluster : local
        }
    }
}

/// Which of a ServicePort's lists some frontend leads to.
struct ListUse: OptionSet, Sendable {
    let rawValue: UInt8

    static let cluster = ListUse(rawValue: 1)
    static let local = ListUse(rawValue: 2)
    static let both: ListUse = [.cluster, .local]

    mutating func insert(_ list: BackendList) {
        switch list {
        case .cluster: formUnion(.cluster)
        case .local: formUnion(.local)
        }
    }
}
