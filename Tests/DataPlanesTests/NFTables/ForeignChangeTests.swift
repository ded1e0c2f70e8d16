import Addresses
import LoadBalancing
import TestSupport
import Testing

@testable import DataPlanes

@Suite(
    "Changes that others make to the table in the kernel",
    .enabled(if: KernelLab.missing == nil, "needs \(KernelLab.missing ?? "")"))
struct ForeignChangeTests {
    @Test(
        "are undone",
        arguments: [
            "add rule ip pointsman pre tcp dport { 80, 443 } drop",
            "add rule ip pointsman pre tcp dport vmap { 80 : drop, 443 : accept }",
            "add table ip pointsman '{ flags dormant; }'",
            "chain ip pointsman in '{ policy drop; }'",
            "flush chain ip pointsman services", "flush map ip pointsman service-ports",
            "add chain ip pointsman theirs '{ type filter hook input priority 0; policy drop; }'",
            "add map ip pointsman theirs '{ type inet_proto : verdict; elements = { tcp : drop }; }'",
            "delete table ip pointsman", "flush ruleset",
        ])
    func undone(_ command: String) async throws {
        let lab = try KernelLab()
        var scene = RandomScene(seed: 7)
        for _ in 0..<60 { _ = scene.advance() }
        try await lab.plane.prune(keeping: scene.table)
        let before = lab.nft("list table ip pointsman")
        #expect(before.status == 0)
        let done = lab.nft(command)
        #expect(done.status == 0, "\(done.output.suffix(300))")
        #expect(lab.nft("list table ip pointsman").output != before.output)
        try await lab.plane.prune(keeping: scene.table)
        let after = lab.nft("list table ip pointsman")
        #expect(
            after.output.sortedWords == before.output.sortedWords,
            "\(after.output.difference(from: before.output))")
    }
}

extension String {
    /// The lines that the other text has not.
    fileprivate func difference(from other: String) -> [Substring] {
        let known = Set(other.split(separator: "\n"))
        return split(separator: "\n").filter { !known.contains($0) }
    }
}
