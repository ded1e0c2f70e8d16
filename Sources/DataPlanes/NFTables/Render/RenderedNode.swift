import Addresses
import LoadBalancing
import Wire

/// What the kernel has of the node itself, of one family.
struct RenderedNode: Equatable, Sendable {
    var addresses: Set<IPAddress> = []
    var pods: [AddressRange] = []
    var serviceCIDRs: [AddressRange] = []

    init() {}

    /// Loopback is left out: a packet from 127.0.0.1 cannot leave this host.
    init(_ table: ServiceTable, _ family: IPFamily) {
        addresses = table.nodeAddresses.filter { $0.family == family && !$0.isLoopback }
        pods = AddressRange.merged(table.podCIDRs.filter { $0.family == family })
        serviceCIDRs = AddressRange.merged(table.serviceCIDRs.filter { $0.family == family })
    }

    /// Everything.
    func render(into sink: inout some ElementSink) {
        for address in addresses.sorted() {
            sink.add(Elements.address(address), to: .nodeAddresses)
        }
        for element in Elements.intervals(pods) { sink.add(element, to: .pods) }
        for element in Elements.intervals(serviceCIDRs) { sink.add(element, to: .serviceCIDRs) }
    }

    /// What has changed since. Intervals are replaced as a whole: the kernel takes no part of one away.
    func render(since old: RenderedNode, into batch: inout NFTables.Batch) {
        for address in addresses.subtracting(old.addresses).sorted() {
            batch.add(Elements.address(address), to: SetName.nodeAddresses)
        }
        for address in old.addresses.subtracting(addresses).sorted() {
            batch.remove(Elements.address(address), from: SetName.nodeAddresses)
        }
        for (set, before, now) in [
            (SetName.pods, old.pods, pods), (.serviceCIDRs, old.serviceCIDRs, serviceCIDRs),
        ] where before != now {
            batch.flush(set: set.text)
            for element in Elements.intervals(now) { batch.add(element, to: set) }
        }
    }
}
