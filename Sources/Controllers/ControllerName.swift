/// The controllers by the names that `kube-controller-manager --controllers` uses; those that it does not have are
/// named alike.
package enum ControllerName: String, CaseIterable, Sendable {
    case endpoints = "endpoints-controller"
    case endpointSlices = "endpointslice-controller"
    case mirroring = "endpointslice-mirroring-controller"
    case loadBalancer = "service-lb-controller"
    /// Addresses, probes and the end of Pods: what a kubelet does elsewhere.
    case pods = "pod-controller"

    /// The short name, which Kubernetes had before 1.27 and still takes.
    package var alias: String {
        switch self {
        case .endpoints: "endpoint"
        case .endpointSlices: "endpointslice"
        case .mirroring: "endpointslicemirroring"
        case .loadBalancer: "service"
        case .pods: "pod"
        }
    }

    /// By name or alias.
    package init?(_ text: some StringProtocol) {
        let found = Self.allCases.first { $0.rawValue == text || $0.alias == text }
        guard let found else { return nil }
        self = found
    }
}

/// Which controllers run, in Kubernetes' syntax: `*` is all that no other word names, `name` this one, `-name` all but
/// this one. The first word that names a controller counts.
package struct ControllerChoice: Equatable, Sendable {
    private let words: [(isLeftOut: Bool, name: ControllerName)]
    private let hasStar: Bool

    package static let all = ControllerChoice(words: [], hasStar: true)

    private init(words: [(Bool, ControllerName)], hasStar: Bool) {
        self.words = words
        self.hasStar = hasStar
    }

    /// A word that names no controller.
    package struct UnknownName: Error, Equatable, CustomStringConvertible {
        package let word: String

        package init(word: String) { self.word = word }

        package var description: String {
            let names = ControllerName.allCases.map { "\($0.rawValue) (\($0.alias))" }
            return "\"\(word)\" is not in the list of known controllers: "
                + names.joined(separator: ", ")
        }
    }

    package init(_ words: [String]) throws(UnknownName) {
        var parsed: [(Bool, ControllerName)] = []
        for word in words where word != "*" {
            let isLeftOut = word.hasPrefix("-")
            guard let name = ControllerName(word.dropFirst(isLeftOut ? 1 : 0)) else {
                throw UnknownName(word: word)
            }
            parsed.append((isLeftOut, name))
        }
        self.init(words: parsed, hasStar: words.contains("*"))
    }

    package func contains(_ name: ControllerName) -> Bool {
        words.first { $0.name == name }.map { !$0.isLeftOut } ?? hasStar
    }

    package static func == (a: ControllerChoice, b: ControllerChoice) -> Bool {
        ControllerName.allCases.allSatisfy { a.contains($0) == b.contains($0) }
    }
}
