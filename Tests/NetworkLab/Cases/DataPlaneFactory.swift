package import DataPlanes
package import Linux
import Watching

/// Makes the data plane that the cases are about.
package struct DataPlaneFactory: Sendable {
    /// Called on a thread in the node's namespace, which is given, too.
    let make: @Sendable (NetworkNamespace) throws -> any DataPlane

    package init(_ make: @escaping @Sendable (NetworkNamespace) throws -> any DataPlane) {
        self.make = make
    }

    /// The kernel's.
    package static let nftables = DataPlaneFactory { _ in
        try NFTablesDataPlane(
            time: .machine(sinceEpoch: { WallClock.sinceEpoch }), report: { _ in })
    }
}
