import APIClient
import KubeAPI
import Watching

/// Holds what clients and watchers know against fresh lists.
struct Verdict {
    let target: Target
    let findings: Findings

    /// Every watcher's view becomes equal to a fresh list.
    func check(_ views: [View]) async throws {
        let client = try APIClient(target.kubeconfig)
        for resource in Set(views.map(\.resource)) {
            for view in views where view.resource == resource { try await check(view, client) }
        }
    }

    private func check(_ view: View, _ client: APIClient) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        var difference = ""
        while ContinuousClock.now < deadline {
            let list = try await client.list(view.resource, ListOptions())
            var fresh: [ObjectName: ResourceVersion] = [:]
            for item in list.items {
                let meta = ObjectMeta(json: try item.json()["metadata"] ?? [:])
                fresh[meta.objectName] = item.resourceVersion
            }
            let seen = view.objects
            if seen == fresh { return findings.count("views equal to a list") }
            difference = Set(fresh.keys).union(seen.keys).sorted()
                .filter { fresh[$0] != seen[$0] }.prefix(5)
                .map { "\($0): \(text(seen[$0])) instead of \(text(fresh[$0]))" }
                .joined(separator: ", ")
            try await Task.sleep(for: .milliseconds(100))
        }
        findings.violated(
            "a watch of \(view.resource) does not become equal to a list: \(difference)")
    }

    private func text(_ version: ResourceVersion?) -> String { version?.description ?? "absent" }

    /// Every acknowledged write is there, and nothing that was deleted.
    func check(_ clients: [RandomClient]) async throws {
        let client = try APIClient(target.kubeconfig)
        var found: [Ledger.Key: JSON] = [:]
        for resource in Set(RandomObjects.resources) {
            for item in try await client.list(resource, ListOptions()).items {
                let json = try item.json()
                let name = ObjectMeta(json: json["metadata"] ?? [:]).objectName
                found[Ledger.Key(resource: resource, name: name)] = json
            }
        }
        for each in clients {
            for (key, states) in each.ledger.states {
                let token = found[key].flatMap(Ledger.token(of:))
                if !states.contains(token) {
                    findings.violated(
                        "\(key) has token \(token.map(String.init) ?? "none"), acknowledged were \(states)"
                    )
                }
                findings.count("objects as acknowledged")
            }
            for (index, states) in each.labels {
                let labels = found[RandomClient.sharedKey(index)]?
                    .value(at: "metadata", "labels")
                let token = labels?[each.labelName]?.string.flatMap { Int($0) }
                if !states.contains(token) {
                    findings.violated(
                        "label \(each.labelName) of shared-\(index) is \(token.map(String.init) ?? "none"), "
                            + "acknowledged were \(states)")
                }
            }
        }
    }
}
