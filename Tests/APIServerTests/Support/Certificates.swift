@testable import APIServer
import Foundation

/// Where all temporary files of this process are; removed at its end.
private let temporaryRoot: String = {
    atexit { try? FileManager.default.removeItem(atPath: temporaryRoot) }
    return FileManager.default.temporaryDirectory
        .appending(path: "pointsman-api-\(UUID().uuidString)").path()
}()

/// A certificate authority for tests, made by openssl: a serving certificate for 127.0.0.1 and clients.
struct Certificates: Sendable {
    let directory: String

    static let shared = Task { try await Certificates() }

    private init() async throws {
        directory = temporaryRoot
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        try await openssl([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-subj", "/CN=test-ca", "-days", "1", "-keyout", "ca.key", "-out", "ca.crt",
        ])
        try await sign("server", "/CN=server", "subjectAltName=IP:127.0.0.1,DNS:localhost")
        try await sign("admin", "/O=system:masters/CN=admin", "extendedKeyUsage=clientAuth")
        for (name, group) in [
            ("viewer", "pointsman:view"), ("editor", "pointsman:edit"), ("agent", "pointsman:node"),
            ("shopper", "pointsman:edit:shop"), ("stranger", "viewers"),
        ] {
            try await sign(name, "/O=\(group)/CN=\(name)", "extendedKeyUsage=clientAuth")
        }
        try await sign("nameless", "/O=system:masters", "extendedKeyUsage=clientAuth")
    }

    private func sign(_ name: String, _ subject: String, _ extensions: String) async throws {
        try await openssl([
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
            subject, "-addext", extensions, "-keyout", "\(name).key", "-out", "\(name).csr",
        ])
        try await openssl([
            "x509", "-req", "-in", "\(name).csr", "-CA", "ca.crt", "-CAkey", "ca.key",
            "-CAcreateserial", "-copy_extensions", "copyall", "-days", "1", "-out", "\(name).crt",
        ])
    }

    private func openssl(_ arguments: [String]) async throws {
        let script = "cd \"$0\" && exec openssl \"$@\""
        let result = try await run("/bin/sh", ["-c", script, directory] + arguments)
        guard result.status == 0 else { throw CommandFailure(description: result.errors) }
    }

    func path(_ file: String) -> String { "\(directory)/\(file)" }

    func bytes(_ file: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: path(file))))
    }

    func tls() throws -> APIServer.TLS {
        APIServer.TLS(
            certificateChain: try bytes("server.crt"), privateKey: try bytes("server.key"),
            clientCA: try bytes("ca.crt"))
    }
}
