@testable import APIServer
import Addresses
import Foundation
import KubeAPI
import Logging
import Storage

/// A server on a free port of 127.0.0.1 with the namespaces default and kube-system.
struct TestServer: Sendable {
    let server: APIServer
    let certificates: Certificates
    let address: String
    private let running: Task<Void, any Error>

    var client: LocalClient { server.client }

    /// Logs nothing.
    static let silent = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    /// Runs `body` against a server of its own, and stops it.
    static func with(
        log: any RevisionLog = MemoryLog(), logger: Logger = silent,
        configure: (inout APIServer.Configuration) -> Void = { _ in },
        _ body: (TestServer) async throws -> Void
    ) async throws {
        let certificates = try await Certificates.shared.value
        var configuration = APIServer.Configuration(
            listen: [IPSocketAddress(IPAddress("127.0.0.1")!, 0)], tls: try certificates.tls(),
            serviceCIDRs: [IPPrefix("10.96.0.0/16")!, IPPrefix("fd00:96::/112")!],
            podCIDRs: [IPPrefix("10.244.0.0/24")!])
        configure(&configuration)
        let server = APIServer(
            log: log, configuration: configuration, logger: logger)
        let running = Task { try await server.run() }
        guard let address = await server.boundAddresses().first else {
            try await running.value
            throw CommandFailure(description: "the server does not listen")
        }
        let fixture = TestServer(
            server: server, certificates: certificates, address: address.description,
            running: running)
        do {
            for name in ["default", "kube-system"] {
                _ = try? await server.client.create(
                    .namespaces, ["metadata": ["name": .string(name)]])
            }
            try await body(fixture)
        } catch {
            running.cancel()
            _ = try? await running.value
            throw error
        }
        running.cancel()
        try await running.value
    }

    /// Waits until the server ends by itself.
    func end() async throws { try await running.value }

    /// The answer to a request.
    struct Answer: Sendable {
        var code: Int
        var headers: [String: String]
        var body: [UInt8]

        var json: JSON { (try? JSON(parsing: body)) ?? .null }
        var text: String { String(decoding: body, as: UTF8.self) }
        /// Of a Status.
        var reason: String { json["reason"]?.string ?? "" }
        /// The documents of a watch.
        var events: [JSON] {
            body.split(separator: UInt8(ascii: "\n")).compactMap { try? JSON(parsing: Array($0)) }
        }
    }

    /// Sends a request with curl.
    /// - Parameters:
    ///   - user: whose certificate is shown; nil for none.
    ///   - headers: more of them, such as `X-A: b`.
    func send(
        _ method: String, _ path: String, _ body: [UInt8]? = nil,
        type: String = "application/json", accept: String = "application/json",
        user: String? = "admin", headers: [String] = []
    ) async throws -> Answer {
        var arguments = [
            "-sS", "-N", "--globoff", "--path-as-is", "-X", method, "--cacert",
            certificates.path("ca.crt"), "-D",
            "/dev/stderr", "-H", "Accept: \(accept)", "https://\(address)\(path)",
        ]
        if let user {
            arguments += [
                "--cert", certificates.path("\(user).crt"), "--key",
                certificates.path("\(user).key"),
            ]
        }
        // The last of two headers of one name is not sent.
        for header in headers + ["User-Agent: test"] { arguments += ["-H", header] }
        if body != nil { arguments += ["-H", "Content-Type: \(type)", "--data-binary", "@-"] }
        let result = try await run("/usr/bin/curl", arguments, input: body ?? [])
        let lines = result.errors.split(whereSeparator: \.isNewline).map(String.init)
        guard result.status == 0,
            let status = lines.last(where: { $0.hasPrefix("HTTP/") })?.split(separator: " "),
            status.count > 1, let code = Int(status[1])
        else { throw CommandFailure(description: "\(method) \(path): \(result.errors)") }
        var headers: [String: String] = [:]
        for line in lines {
            let pair = line.split(separator: ":", maxSplits: 1)
            guard pair.count == 2 else { continue }
            headers[pair[0].lowercased()] = pair[1].trimmingCharacters(in: .whitespaces)
        }
        return Answer(code: code, headers: headers, body: result.output)
    }

    func send(
        _ method: String, _ path: String, _ json: JSON, type: String = "application/json"
    ) async throws -> Answer {
        try await send(method, path, json.encoded(), type: type)
    }

    func get(_ path: String) async throws -> Answer { try await send("GET", path) }
}

extension JSON {
    /// A Service that selects `app: <name>` and serves port 80.
    static func service(_ name: String, _ spec: JSON = [:]) -> JSON {
        var service: JSON = [
            "apiVersion": "v1", "kind": "Service", "metadata": ["name": .string(name)],
            "spec": ["selector": ["app": .string(name)], "ports": [["port": 80]]],
        ]
        for (key, value) in spec.object ?? [:] { service["spec"]?[key] = value }
        return service
    }

    static func pod(_ name: String, labels: [String: String] = [:], spec: JSON = [:]) -> JSON {
        var pod: JSON = [
            "apiVersion": "v1", "kind": "Pod",
            "metadata": ["name": .string(name), "labels": .stringMap(labels)],
            "spec": ["containers": [["name": "main", "image": "none"]]],
        ]
        for (key, value) in spec.object ?? [:] { pod["spec"]?[key] = value }
        return pod
    }
}

extension JSON {
    /// The object in namespace default.
    static func inDefault(_ object: JSON) -> JSON {
        var object = object
        object["metadata"]?["namespace"] = "default"
        return object
    }
}
