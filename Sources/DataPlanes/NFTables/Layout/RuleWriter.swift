import Addresses
import LoadBalancing
import Wire

/// Writes the rules of each chain. Only what nft 1.0.6 has words for is used: `nft list ruleset` must print the table and
/// `nft -f` load that text again.
struct RuleWriter {
    typealias Expressions = [NFTables.Expression]

    let family: IPFamily
    let podInterfaces: PodInterfaces?

    func rules(_ chain: ChainName, _ structure: Structure) -> [Expressions] {
        switch chain {
        case .prerouting: entry(services: .servicesExternal, nodePorts: .nodePortsExternal)
        case .output: entry(services: .services, nodePorts: .services)
        case .postrouting: [isTranslated + go(.translated)]
        case .input: [isTranslated + go(.delivered)]
        case .servicesExternal: plain(orElse: .specialExternal)
        case .services: plain(orElse: .special)
        case .nodePortsExternal: plain(orElse: .specialNodePortsExternal)
        case .special: [sourceRanges, forgetSpecial, go(.pick)]
        case .specialExternal: specialExternal
        case .specialNodePortsExternal: specialNodePortsExternal
        case .pick: [jump(.recall), jump(.slots), go(.anyBackend)]
        case .recall: structure.stickyTimeouts.map { id + ifIn(.sticky($0)) + go(.stick) }
        case .stick: L4Protocol.allCases.map { isOf($0) + recalledBackend }
        case .slots: choose(structure)
        case .anyBackend: anyBackend
        case .pickAmong(let count):
            L4Protocol.allCases.map {
                isOf($0)
                    + dnat(slot: randomSlot(count), RenderedList.Choice.random(count).backends($0))
            }
        case .maglevAmong(let count):
            L4Protocol.allCases.map { isOf($0) + dnat(slot: hashedSlot(count), .otherBackends) }
        case .roundRobin(let id): roundRobin(structure.roundRobins[id])
        case .translated: afterwards(.translatedService, .translatedNodePort)
        case .delivered: afterwards(.learn, .learnNodePort)
        case .translatedService:
            [
                isSpecial + go(.specialTranslated), masquerade(as: RenderedFrontend.usualMode),
                isHairpin + masquerade, forgetID,
            ]
        case .translatedNodePort:
            [
                isSpecial + go(.specialTranslatedNodePort),
                masquerade(as: RenderedFrontend.usualNodeMode),
            ]
        case .specialTranslated:
            translated(.learn, RenderedFrontend.usualMode, .masqueradeModes) { originalKey }
        case .specialTranslatedNodePort:
            translated(.learnNodePort, RenderedFrontend.usualNodeMode, .nodeMasqueradeModes) {
                originalNodeKey
            }
        case .learn, .learnNodePort: learn(chain, structure)
        case .remember: structure.stickyTimeouts.flatMap(remember)
        case .masquerading: masquerading
        }
    }

    // MARK: Before DNAT

    /// What is for a frontend; what is for an address of a Service without being for one.
    private func entry(services: ChainName, nodePorts: ChainName) -> [Expressions] {
        [
            setID(destinationKey, .servicePorts) + go(services),
            destination(0) + ifIn(.nodeAddresses) + setID(nodeKey, .nodePorts) + go(nodePorts),
            destination(0) + ifIn(.clusterIPs) + isOf(.tcp) + resetConnection,
            destination(0) + ifIn(.clusterIPs) + rejectPort,
            destination(0) + ifIn(.serviceCIDRs) + [.verdict(.drop)],
        ]
    }

    /// Nearly all frontends: their list serves everybody. What asks for more is in `special`.
    private func plain(orElse special: ChainName) -> [Expressions] {
        [isSpecial + go(special), jump(.slots), go(.anyBackend)]
    }

    private var specialExternal: [Expressions] {
        [
            isFromPod + go(.special),
            sourceRanges,
            setID(destinationKey, .externalServicePorts),
            forgetSpecial,
            go(.pick),
        ]
    }

    private var specialNodePortsExternal: [Expressions] {
        [
            isFromPod + go(.special),
            setID(nodeKey, .externalNodePorts),
            forgetSpecial,
            go(.pick),
        ]
    }

    private var sourceRanges: Expressions {
        destinationKey + ifIn(.restricted) + destinationKey + source(addressWords + 2)
            + [lookup(.allowed, isInverted: true), .verdict(.drop)]
    }

    /// What has found no backend: a refusal, or a packet that a commit has overtaken. Each look-up sees the newest commit: one
    /// that comes between two of them may leave a packet with a number of slots, or with a slot, that its list does
    /// not have any more. Slot 0 is in every list, whatever has become of the others.
    private var anyBackend: [Expressions] {
        [
            isID(ReservedID.reject) + isOf(.tcp) + resetConnection,
            isID(ReservedID.reject) + rejectPort,
            isID(ReservedID.drop) + [.verdict(.drop)],
            isOf(.tcp) + dnat(slot: randomSlot(1), .backends),
        ] + L4Protocol.allCases.map { isOf($0) + dnat(slot: randomSlot(1), .otherBackends) }
    }

    private func choose(_ structure: Structure) -> [Expressions] {
        var rules = structure.slotCounts.map { id + ifIn(.slots($0)) + go(.pickAmong($0)) }
        rules += structure.maglevCounts.map { id + ifIn(.maglev($0)) + go(.maglevAmong($0)) }
        if !structure.roundRobins.isEmpty {
            rules.append(
                id + [.verdictLookup(set: SetName.roundRobin.text, key: word(0))])
        }
        return rules
    }

    private func roundRobin(_ list: Structure.RoundRobin?) -> [Expressions] {
        guard let list else { return [] }
        let slot = NFTables.Expression.numberGenerator(
            isRandom: false, modulus: UInt32(list.slots), word(1))
        return [isOf(list.protocol) + dnat(slot: [slot], .otherBackends)]
    }

    private func randomSlot(_ count: Int) -> Expressions {
        [.numberGenerator(isRandom: true, modulus: UInt32(count), word(1))]
    }

    /// Any fixed seed will do: the same on every node, so that one client meets one backend everywhere.
    private static let slotSeed: UInt32 = 0x706F_696E

    private func hashedSlot(_ count: Int) -> Expressions {
        hashedSource(into: 1, modulus: UInt32(count), seed: Self.slotSeed)
    }

    private func dnat(slot: Expressions, _ backends: SetName) -> Expressions {
        id + slot + [
            lookup(backends, into: 0),
            .destinationNAT(
                family: NFTables.family(family), address: word(0), port: word(addressWords)),
        ]
    }

    // MARK: After DNAT

    private var isTranslated: Expressions {
        [
            .conntrack(.status, ofOriginal: nil, word(0)),
            // IPS_DST_NAT.
            mask(0x20),
            .compare(word(0), isEqual: false, bytes(UInt32(0))),
        ]
    }

    /// Connections that we have translated, by what they were for, with the id that they had. `nft` wants the protocol before
    /// a port of the conntrack entry, so there is a rule for each.
    private func afterwards(_ service: ChainName, _ nodePort: ChainName) -> [Expressions] {
        L4Protocol.allCases.map { isOf($0) + setID(originalKey, .servicePorts) + go(service) }
            + L4Protocol.allCases.map {
                originalDestination(0) + ifIn(.nodeAddresses) + isOf($0)
                    + setID(originalNodeKey, .nodePorts) + go(nodePort)
            }
    }

    /// What is masqueraded as is usual has no element that says so.
    private func translated(
        _ learn: ChainName, _ usual: UInt32, _ modes: SetName, key: () -> Expressions
    ) -> [Expressions] {
        [
            jump(learn),
            isHairpin + masquerade,
            setID(usual),
        ] + L4Protocol.allCases.map { isOf($0) + setID(key(), modes) } + [go(.masquerading)]
    }

    private var isHairpin: Expressions {
        source(0) + destination(addressWords) + ifIn(.hairpin)
    }

    private var masquerading: [Expressions] {
        [
            ReservedID.masqueradeAlways, ReservedID.masqueradeUnlessFromPod,
            ReservedID.masqueradeFromHost,
        ].map { isID($0) + masquerade(as: $0) } + [forgetID]
    }

    /// - Parameter mode: any but never.
    private func masquerade(as mode: UInt32) -> Expressions {
        switch mode {
        case ReservedID.masqueradeUnlessFromPod: isNotFromPod + masquerade
        case ReservedID.masqueradeFromHost: isFromHost(true) + masquerade
        default: masquerade
        }
    }

    /// NF_NAT_RANGE_PROTO_RANDOM_FULLY: ports by chance, so that two sources do not take turns for one.
    private var masquerade: Expressions { forgetID + [.masquerade(flags: 0x10)] }

    // MARK: Session affinity

    private func learn(_ chain: ChainName, _ structure: Structure) -> [Expressions] {
        guard !structure.stickyTimeouts.isEmpty else { return [] }
        let external: SetName = chain == .learn ? .externalServicePorts : .externalNodePorts
        let key = chain == .learn ? originalKey : originalNodeKey
        return [isNotSpecial + [.verdict(.return)], forgetSpecial]
            + L4Protocol.allCases.map {
                isNotFromPod + isFromHost(false) + isOf($0) + setID(key, external)
            } + [go(.remember)]
    }

    /// RTN_LOCAL is 2.
    private func isFromHost(_ isFromHost: Bool) -> Expressions {
        [
            .sourceAddressType(word(0)),
            .compare(word(0), isEqual: isFromHost, bytes(UInt32(2))),
        ]
    }

    private func remember(_ timeout: UInt32) -> [Expressions] {
        let milliseconds = UInt64(timeout) * 1000
        func update(_ set: SetName) -> NFTables.Expression {
            .update(set: set.text, key: word(0), data: word(4), timeout: milliseconds)
        }
        switch family {
        case .ipv4:
            return [
                id + ifIn(.sticky(timeout)) + source(0) + id(1) + destination(4)
                    + [port(5), update(.affinity)]
            ]
        case .ipv6:
            return [
                id + ifIn(.sticky(timeout)) + hashedClient + destination(4)
                    + [update(.affinityAddresses)] + hashedClient
                    + [port(4), update(.affinityPorts)]
            ]
        }
    }

    private var recalledBackend: Expressions {
        let nat = NFTables.Expression.destinationNAT(
            family: NFTables.family(family), address: word(0),
            port: word(family == .ipv4 ? 1 : 4))
        switch family {
        case .ipv4: return source(0) + id(1) + [lookup(.affinity, into: 0), nat]
        case .ipv6:
            return hashedClient + [lookup(.affinityAddresses, into: 0)]
                + id(4) + hashedSource(into: 5, modulus: .max, seed: Self.clientSeed)
                + [
                    .lookup(
                        set: SetName.affinityPorts.text, key: word(4), data: word(4),
                        isInverted: false), nat,
                ]
        }
    }

    private static let clientSeed: UInt32 = 0x636C_6965

    private var hashedClient: Expressions {
        id(0) + hashedSource(into: 1, modulus: .max, seed: Self.clientSeed)
    }
}
