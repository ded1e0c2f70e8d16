package import Addresses
package import Wire

/// Which UDP flows to one address and port must go.
package struct FlowRule: Equatable, Sendable {
    /// From where answers may go on coming; a flow that was sent anywhere else goes.
    package var kept: Set<IPSocketAddress>
    /// Flows that were let through untranslated go too: they were opened while there was no rule for the address.
    package var removesUntranslated: Bool

    package init(keeping kept: Set<IPSocketAddress>, removesUntranslated: Bool = false) {
        self.kept = kept
        self.removesUntranslated = removesUntranslated
    }

    /// Whether a flow to the rule's address and port must go. In zones of conntrack other than the default one other
    /// software looks at packets before or after they are translated: there, untranslated says nothing.
    package func removes(_ flow: ConntrackEntry) -> Bool {
        flow.isTranslated
            ? !kept.contains(flow.replySource) : removesUntranslated && flow.zone == 0
    }
}
