import APIClient
import KubeAPI
import Synchronization
import TestSupport
import Watching

/// One client: makes, changes and deletes objects of its own at random, and writes its label on objects that all
/// clients share. It notes what the server has acknowledged.
struct RandomClient {
    let number: Int
    let target: Target
    let findings: Findings
    private let client: APIClient
    private(set) var ledger = Ledger()
    private var rng: SplitMix64
    private var nextToken = 0

    /// The most objects of its own.
    private static let objects = 6

    init(_ number: Int, seed: UInt64, _ target: Target, _ findings: Findings) throws {
        self.number = number
        self.target = target
        self.findings = findings
        client = try APIClient(target.kubeconfig, userAgent: "soak-\(number)")
        rng = SplitMix64(seed: seed &* 1000 &+ UInt64(number))
    }

    /// Works until the phase is over. What is under way then is carried out.
    mutating func run(_ phase: Phase) async {
        while !phase.isOver {
            await step()
            try? await Task.sleep(for: .milliseconds(Int.random(in: 0...30, using: &rng)))
        }
    }

    /// One operation.
    mutating func step() async {
        if Int.random(in: 0..<6, using: &rng) == 0 { return await label() }
        let key = key(Int.random(in: 0..<Self.objects, using: &rng))
        guard ledger.isCertain(key) else { return await resolve(key) }
        nextToken += 1
        if ledger.exists(key) != true { return await create(key) }
        switch Int.random(in: 0..<8, using: &rng) {
        case 0...1: await delete(key)
        case 2: await resolve(key)
        case 3...4: await update(key)
        default: await patch(key)
        }
    }

    private func key(_ index: Int) -> Ledger.Key {
        let resource = RandomObjects.resources[index]
        return Ledger.Key(
            resource: resource,
            name: ObjectName(
                namespace: RandomObjects.namespace,
                name: "\(resource.singular)-\(number)-\(index)"))
    }

    // MARK: Operations

    private mutating func create(_ key: Ledger.Key) async {
        let object = RandomObjects.object(key, token: nextToken, &rng)
        await write(key, nextToken, "create") { client throws(Status) in
            _ = try await client.create(key.resource, object)
        }
    }

    private mutating func patch(_ key: Ledger.Key) async {
        var patch: JSON = [
            "metadata": ["annotations": [Ledger.token: .string("\(nextToken)")]]
        ]
        // A Service of another type: what it holds changes.
        if key.resource == .services, Bool.random(using: &rng) {
            patch["spec"] = RandomObjects.service(&rng)["spec"]
            patch["spec"]?["clusterIP"] = nil
        }
        await write(key, nextToken, "patch") { [patch] client throws(Status) in
            _ = try await client.patch(key.resource, key.name, .merge(patch), subresource: nil)
        }
    }

    /// GET, then PUT of what was read: a lost race is a conflict, but nobody else writes the object.
    private mutating func update(_ key: Ledger.Key) async {
        guard let object = await read(key) else { return }
        var changed = object
        changed["metadata"]?["annotations"]?[Ledger.token] = .string("\(nextToken)")
        await write(key, nextToken, "update") { [changed] client throws(Status) in
            do throws(Status) {
                _ = try await client.update(key.resource, changed, subresource: nil)
            } catch {
                // The controllers write statuses of Services and Pods: that is their right.
                let controlled = key.resource == .services || key.resource == .pods
                guard error.reason == .conflict, controlled else { throw error }
                throw Status(.tooManyRequests, "overtaken")
            }
        }
    }

    private mutating func delete(_ key: Ledger.Key) async {
        await write(key, nil, "delete") { client throws(Status) in
            try await client.delete(key.resource, key.name, DeleteOptions())
        }
    }

    /// Reads the object and compares it with what is known.
    private mutating func resolve(_ key: Ledger.Key) async { _ = await read(key) }

    private mutating func read(_ key: Ledger.Key) async -> JSON? {
        do throws(Status) {
            let object = try await client.get(key.resource, key.name)
            let json = (try? object.json()) ?? .null
            take(key, Ledger.token(of: json))
            findings.count("get")
            return json
        } catch {
            if error.reason == .notFound { take(key, nil) }
            return nil
        }
    }

    private mutating func take(_ key: Ledger.Key, _ token: Int?) {
        if !ledger.allows(key, token) {
            findings.violated(
                "client \(number) read \(key) with token \(token.map(String.init) ?? "none (gone)"), "
                    + "possible were \(ledger.states[key] ?? [])")
        }
        ledger.settle(key, token)
    }

    /// Writes, and notes what is known after it.
    private mutating func write(
        _ key: Ledger.Key, _ token: Int?, _ verb: String,
        _ body: (APIClient) async throws(Status) -> Void
    ) async {
        let changes = target.changes
        do throws(Status) {
            try await body(client)
            ledger.settle(key, token)
            findings.count(verb)
        } catch {
            switch error.reason {
            case .serviceUnavailable, .timeout:
                ledger.doubt(key, token)
                findings.count("without answer")
            case .invalid, .tooManyRequests, .badRequest: findings.count("refused")
            case .internalError where error.message.contains("range is full"):
                findings.count("refused")
            case .notFound, .alreadyExists, .conflict, .unauthorized, .forbidden,
                .methodNotAllowed, .notAcceptable, .gone, .expired, .requestEntityTooLarge,
                .unsupportedMediaType, .internalError, .unknown:
                // A request that was sent again after the server went may meet its own first half.
                if target.changes == changes {
                    findings.violated("client \(number): \(verb) of \(key): \(error)")
                }
                ledger.doubt(key, token)
            }
        }
    }

    // MARK: Shared objects

    static let shared = 3

    static func sharedKey(_ index: Int) -> Ledger.Key {
        Ledger.Key(
            resource: .services,
            name: ObjectName(namespace: RandomObjects.namespace, name: "shared-\(index)"))
    }

    /// The states of this client's label on the shared objects.
    private(set) var labels: [Int: Set<Int?>] = [:]
    var labelName: String { "client-\(number)" }

    private mutating func label() async {
        let index = Int.random(in: 0..<Self.shared, using: &rng)
        nextToken += 1
        let token = nextToken
        let patch: JSON = ["metadata": ["labels": [labelName: .string("\(token)")]]]
        do throws(Status) {
            _ = try await client.patch(
                .services, Self.sharedKey(index).name, .strategicMerge(patch), subresource: nil)
            labels[index] = [token]
            findings.count("patch of a shared object")
        } catch {
            guard error.reason == .serviceUnavailable || error.reason == .timeout else {
                return findings.violated("client \(number): patch of shared-\(index): \(error)")
            }
            labels[index, default: [nil]].insert(token)
            findings.count("without answer")
        }
    }
}

/// A part of the run that all clients share.
final class Phase: Sendable {
    private let over = Atomic(false)

    var isOver: Bool { over.load(ordering: .relaxed) }
    func end() { over.store(true, ordering: .relaxed) }
}
