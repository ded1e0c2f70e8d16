package import Addresses

/// On which of a node's addresses NodePorts are served: the option `--nodeport-addresses`.
package struct NodePortAddressSelection: Equatable, Sendable {
    private enum Choice: Equatable {
        case primary
        /// A family without a prefix is served on all of its addresses.
        case prefixes([IPPrefix])
    }

    private let choice: Choice

    /// The node's own IPs and nothing else: what is served where nothing is said.
    package static let primary = NodePortAddressSelection(choice: .primary)
    /// Every address of the node.
    package static let all = NodePortAddressSelection([])

    /// The addresses in these networks; a family that has none here is served on all of its addresses.
    package init(_ prefixes: [IPPrefix]) { self.init(choice: .prefixes(prefixes)) }

    private init(choice: Choice) { self.choice = choice }

    /// Reads the option: CIDRs, or the single word `primary`.
    package init(parsing texts: [String]) throws(ParseError) {
        if texts == ["primary"] {
            self = .primary
            return
        }
        var prefixes: [IPPrefix] = []
        for text in texts {
            guard let prefix = IPPrefix(text) else { throw ParseError(text: text) }
            prefixes.append(prefix)
        }
        self.init(prefixes)
    }

    /// What of the option cannot be read.
    package struct ParseError: Error, Equatable, CustomStringConvertible {
        package let text: String

        package var description: String {
            text == "primary"
                ? "\"primary\" stands alone: it cannot be joined with CIDRs"
                : "\"\(text)\" is no CIDR; write networks as 192.0.2.0/24, or the one word primary"
        }
    }

    /// All addresses of the family are selected, whichever come and go: a listener may bind the wildcard.
    package func matchesAll(_ family: IPFamily) -> Bool {
        guard case .prefixes(let all) = choice else { return false }
        let own = all.filter { $0.family == family }
        return own.isEmpty || own.contains { $0.length == 0 }
    }

    /// The families of which all addresses are selected.
    package var wholeFamilies: Set<IPFamily> { Set(IPFamily.allCases.filter(matchesAll)) }

    /// Those of the interfaces' addresses that are selected, loopback and link-local ones too.
    /// - Parameter nodeIPs: the node's own, for `primary`.
    package func selected(
        of interfaces: some Sequence<IPAddress>, nodeIPs: Set<IPAddress>
    ) -> Set<IPAddress> {
        Set(interfaces.filter { selects($0, nodeIPs) })
    }

    private func selects(_ address: IPAddress, _ nodeIPs: Set<IPAddress>) -> Bool {
        switch choice {
        case .primary: nodeIPs.contains(address)
        case .prefixes(let prefixes):
            matchesAll(address.family) || prefixes.contains { $0.contains(address) }
        }
    }

    /// The selected addresses that can be served: a link-local IPv6 address means nothing without its interface,
    /// and packets to loopback are not rewritten by the kernel.
    package func served(
        of interfaces: some Sequence<IPAddress>, nodeIPs: Set<IPAddress>, loopback: Bool = false
    ) -> Set<IPAddress> {
        selected(of: interfaces, nodeIPs: nodeIPs).filter { address in
            (loopback || !address.isLoopback)
                && !(address.family == .ipv6 && address.isLinkLocalUnicast)
                && !address.isUnspecified
        }
    }
}
