import KubeAPI
import LoadBalancing
import Storage

/// The ServiceCIDRs as they were last read, and the networks that they add up to.
struct ServiceNetworks {
    /// The default one first, the others by name.
    private(set) var serviceCIDRs: [ServiceCIDR] = []
    private var revisions: [Revision]?
    /// Of the newest list that was read.
    private var revision = Revision.zero

    /// Reads a list of all ServiceCIDRs; lists may come in another order than they were made.
    /// - Returns: false if nothing is new.
    mutating func follow(_ page: Page) -> Bool {
        guard page.revision >= revision else { return false }
        revision = page.revision
        let revisions = page.entries.map(\.value.revision)
        guard revisions != self.revisions else { return false }
        self.revisions = revisions
        let all = page.entries.compactMap { entry in
            (try? JSON(parsing: entry.value.bytes)).map(ServiceCIDR.init(json:))
        }
        serviceCIDRs =
            all.filter { $0.metadata.name == ServiceCIDR.defaultName }
            + all.filter { $0.metadata.name != ServiceCIDR.defaultName }
        return true
    }

    var all: [ServiceNetwork] {
        serviceCIDRs.flatMap { serviceCIDR in
            serviceCIDR.prefixes.map { ServiceNetwork($0, isOpen: serviceCIDR.isReady) }
        }
    }
}
