package import Addresses

/// A backend's place in its BackendChooser; it means that backend for as long as a connection holds it.
package struct BackendSlot: Hashable, Sendable {
    let index: Int32

    init(_ index: Int) { self.index = Int32(index) }
}

/// Where a new connection goes.
package struct BackendChoice: Hashable, Sendable {
    package let slot: BackendSlot
    package let backend: IPSocketAddress
}

/// One backend as a chooser sees it: what `pointsman explain` and the tests read.
package struct BackendLoad: Hashable, Sendable {
    package let backend: IPSocketAddress
    /// Connections that were given to it and are not closed.
    package let active: Int
    /// Connections that it refused or did not answer, ever.
    package let failures: UInt64
    /// False: removed, its open connections may finish.
    package let isListed: Bool
}
