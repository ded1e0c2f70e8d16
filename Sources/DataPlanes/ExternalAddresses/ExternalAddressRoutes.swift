package import Addresses
package import Linux
import Synchronization

/// Makes addresses this host's own for as long as Services ask for them: `local <address> dev lo src <node>`, one
/// route an address. What is local already, by an address or a route of anybody, is left as it is.
package final class ExternalAddressRoutes: Sendable {
    private struct State: ~Copyable {
        var stack: NetworkStack
        /// Those that were asked for, whether a route was needed or not.
        var wanted: Set<IPAddress> = []
        var routed: Set<IPAddress> = []
    }

    private let state: Mutex<State>
    private let sources: [IPAddress]
    private let kept: Set<IPPrefix>
    private let report: @Sendable (String) -> Void

    /// - Parameters:
    ///   - stack: of the namespace that the routes are made in.
    ///   - sources: what this host's own packets to such addresses carry: the first of the family.
    ///   - kept: networks that somebody else in this process makes local.
    ///   - report: is told, in a sentence, why an address is not taken over.
    package init(
        _ stack: consuming NetworkStack, sources: [IPAddress], keeping kept: Set<IPPrefix>,
        report: @escaping @Sendable (String) -> Void
    ) {
        state = Mutex(State(stack: stack))
        self.sources = sources
        self.kept = kept
        self.report = report
    }

    /// Adds what is missing of `addresses`; nothing is removed.
    package func add(_ addresses: Set<IPAddress>, podCIDRs: [IPPrefix]) {
        state.withLock { state in
            let new = addresses.subtracting(state.wanted)
            guard !new.isEmpty else { return }
            do throws(NetlinkError) {
                let routes = try state.stack.routes()
                for address in new.sorted() {
                    if let why = Self.objection(to: address, routes, podCIDRs) {
                        report("externalIP \(address) is not taken over: \(why)")
                        continue
                    }
                    state.wanted.insert(address)
                    guard !routes.contains(where: { $0.isLocal && $0.prefix.contains(address) }),
                        let source = sources.first(where: { $0.family == address.family })
                    else { continue }
                    try state.stack.addLocalRoute(to: IPPrefix(host: address), source: source)
                    state.routed.insert(address)
                }
            } catch {
                report("externalIPs: \(error)")
            }
        }
    }

    /// Removes the routes of all addresses but these.
    package func remove(allBut addresses: Set<IPAddress>) {
        state.withLock { state in
            for address in state.routed.subtracting(addresses) {
                do throws(NetlinkError) {
                    try state.stack.removeLocalRoute(to: IPPrefix(host: address))
                    state.routed.remove(address)
                } catch {
                    report("externalIP \(address): \(error)")
                }
            }
            state.wanted.formIntersection(addresses)
        }
    }

    /// Removes what a start that was killed has left.
    package func removeLeftovers() {
        state.withLock { state in
            guard let routes = try? state.stack.routes() else { return }
            for route in routes where route.isOurs && route.isLocal {
                let prefix = route.prefix
                guard prefix.length == prefix.family.bits, !kept.contains(prefix),
                    !state.routed.contains(prefix.network)
                else { continue }
                try? state.stack.removeLocalRoute(to: prefix)
            }
        }
    }

    /// What would break if this host took the address over.
    private static func objection(
        to address: IPAddress, _ routes: [Route], _ podCIDRs: [IPPrefix]
    ) -> String? {
        if let route = routes.first(where: { $0.gateway == address }) {
            return "it is the gateway of route \(route)"
        }
        if let cidr = podCIDRs.first(where: { $0.contains(address) }) {
            return "it belongs to the Pods of \(cidr)"
        }
        return nil
    }
}
