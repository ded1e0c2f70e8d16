import Addresses
package import Wire

extension DNSZone {
    /// What the zone says to a question.
    package enum Answer: Equatable, Sendable {
        /// The name is none of ours.
        case notAuthoritative
        /// The name does not exist; nor does any below it.
        case nxdomain(authority: DNS.Record)
        /// The name exists, or one below it, without a record of the type.
        case nodata(authority: DNS.Record)
        case records([DNS.Record], additional: [DNS.Record])
        /// The name stands for another, which may be anywhere.
        case alias(DNS.Record, target: DNS.Name)
    }

    /// Answers a question of class IN. Names in the answer spell the zone as the question does.
    package func answer(_ question: DNS.Question) -> Answer {
        if let parts = question.name.split(at: options.domain) {
            return render(node(parts.prefix.lowercased), question, apex: parts.apex)
        }
        guard let reverse = ReverseName(question.name) else { return .notAuthoritative }
        let apex = reverseZones.lazy.compactMap { question.name.split(at: $0)?.apex }
            .max { $0.wire.count < $1.wire.count }
        return answer(question, reverse, apex: apex)
    }

    /// Addresses that are known here are answered also outside our own zones: a Pod may live anywhere.
    private func answer(
        _ question: DNS.Question, _ reverse: ReverseName, apex: DNS.Name?
    ) -> Answer {
        guard let apex else {
            guard case .address(let address) = reverse, let known = pointers[address],
                question.type == .ptr
            else { return .notAuthoritative }
            return render(.pointers(known), question, apex: question.name)
        }
        if question.name == apex { return render(.apex, question, apex: apex) }
        switch reverse {
        case .address(let address):
            return render(
                pointers[address].map(Node.pointers) ?? .missing, question, apex: apex)
        case .partial: return render(.empty, question, apex: apex)
        case .malformed: return render(.missing, question, apex: apex)
        }
    }

    /// What is found at a name.
    enum Node {
        case missing
        /// No record, but names below.
        case empty
        case apex
        case version
        /// Addresses and nothing else.
        case addresses([IPAddress])
        case service(ServiceRecords)
        /// Locations of one named port.
        case locations([ServiceRecords.Location], of: ServiceRecords)
        case pointers([Pointer])
    }

    private static let svc = Array("svc".utf8)
    private static let pod = Array("pod".utf8)
    private static let dns = Array("dns".utf8)
    private static let ns = Array("ns".utf8)
    private static let version = Array("dns-version".utf8)

    /// Finds a name below the cluster domain, given in lower case and without it.
    private func node(_ prefix: DNS.Name) -> Node {
        let labels = prefix.labels
        guard let last = labels.last else { return .apex }
        let rest = labels.dropLast()
        if last.elementsEqual(Self.svc) { return serviceNode(rest) }
        if last.elementsEqual(Self.pod) { return podNode(rest) }
        if last.elementsEqual(Self.version) { return rest.isEmpty ? .version : .missing }
        if last.elementsEqual(Self.dns) {
            if rest.isEmpty { return .empty }
            guard rest.count == 1, rest[0].elementsEqual(Self.ns) else { return .missing }
            return .addresses(options.serverAddresses.sorted())
        }
        return .missing
    }

    private func serviceNode(_ labels: ArraySlice<ArraySlice<UInt8>>) -> Node {
        guard let namespace = labels.last else { return .empty }
        guard shows(String(decoding: namespace, as: UTF8.self)) else { return .missing }
        guard labels.count > 1 else { return .empty }
        guard let key = DNS.Name(labels: labels.suffix(2)), let service = services[key]
        else { return .missing }
        let below = labels.dropLast(2)
        switch below.count {
        case 0: return .service(service)
        case 1: return service.node(below: below[0])
        case 2: return service.node(port: below[0], protocol: below[1])
        default: return .missing
        }
    }

    private func podNode(_ labels: ArraySlice<ArraySlice<UInt8>>) -> Node {
        guard let last = labels.last else { return .empty }
        let namespace = String(decoding: last, as: UTF8.self)
        guard options.podRecords != .disabled, shows(namespace) else { return .missing }
        guard labels.count > 1 else { return .empty }
        guard labels.count == 2, let address = ServiceRecords.address(hyphenated: labels[0])
        else { return .missing }
        if options.podRecords == .verified, !pods.contains(address, in: namespace) {
            return .missing
        }
        return .addresses([address])
    }
}

extension ServiceRecords {
    private static let underscore = UInt8(ascii: "_")

    fileprivate func node(below label: ArraySlice<UInt8>) -> DNSZone.Node {
        if let addresses = endpoints(label) { return .addresses(addresses) }
        guard label.first == Self.underscore else { return .missing }
        let transport = label.dropFirst()
        let isUsed = locations.contains {
            !$0.port.isEmpty && transport.elementsEqual($0.protocol)
        }
        return isUsed ? .empty : .missing
    }

    fileprivate func node(
        port: ArraySlice<UInt8>, protocol transport: ArraySlice<UInt8>
    ) -> DNSZone.Node {
        guard port.first == Self.underscore, transport.first == Self.underscore, port.count > 1
        else { return .missing }
        let (port, transport) = (port.dropFirst(), transport.dropFirst())
        let found = locations.filter {
            port.elementsEqual($0.port) && transport.elementsEqual($0.protocol)
        }
        return found.isEmpty ? .missing : .locations(found, of: self)
    }
}
