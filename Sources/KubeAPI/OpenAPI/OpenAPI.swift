/// The documents that describe the API to clients: OpenAPI v3, one document a group version, and OpenAPI v2
/// (Swagger), one for everything, for kubectl before 1.27.
///
/// Source: the OpenAPI specifications 2.0 and 3.0, and Kubernetes' `x-kubernetes-` extensions.
package struct OpenAPI: Sendable {
    let resources: [Resource]
    /// The server's version, such as `v1.32.0`.
    let version: String

    /// - Parameters:
    ///   - resources: what the server offers; those without a schema are left out.
    ///   - version: the server's version, such as `v1.32.0`.
    package init(resources: [Resource] = Resource.all, version: String) {
        self.resources = resources.filter { $0.schema != nil }
        self.version = version
    }

    /// The two forms of a document.
    enum Dialect: Sendable {
        case v2, v3

        /// Where schemas are, seen from the document.
        var referencePrefix: String {
            switch self {
            case .v2: "#/definitions/"
            case .v3: "#/components/schemas/"
            }
        }
    }
}

// MARK: - Version 3

extension OpenAPI {
    /// `/openapi/v3`: where the documents are. The hash of a document is part of its address, so that clients
    /// may keep it for ever.
    package var index: JSON {
        var paths: JSON = [:]
        for name in groupVersions {
            guard let document = document(name) else { continue }
            let hash = Self.hash(document.encoded())
            paths[name] = ["serverRelativeURL": .string("/openapi/v3/\(name)?hash=\(hash)")]
        }
        return ["paths": paths]
    }

    /// `api/v1` and `apis/<group>/<version>`, each once.
    package var groupVersions: [String] {
        var names: [String] = []
        for resource in resources where !names.contains(resource.documentName) {
            names.append(resource.documentName)
        }
        return names
    }

    /// `/openapi/v3/<name>`; nil if there is no such group version.
    ///
    /// - Parameter name: `api/v1` or `apis/<group>/<version>`.
    package func document(_ name: String) -> JSON? {
        let resources = resources.filter { $0.documentName == name }
        guard !resources.isEmpty else { return nil }
        return [
            "openapi": "3.0.0",
            "info": ["title": "Pointsman", "version": .string(version)],
            "paths": paths(of: resources, .v3),
            "components": ["schemas": schemas(of: resources, .v3)],
        ]
    }

    /// FNV-1a of 64 bits, in hexadecimal.
    static func hash(_ bytes: [UInt8]) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return String(hash, radix: 16, uppercase: true)
    }
}

// MARK: - Version 2

extension OpenAPI {
    /// `/openapi/v2` as JSON.
    package var swagger: JSON {
        [
            "swagger": "2.0",
            "info": ["title": "Pointsman", "version": .string(version)],
            "paths": paths(of: resources, .v2),
            "definitions": schemas(of: resources, .v2),
        ]
    }

    /// The content types under which clients ask for the protobuf form of `/openapi/v2`.
    package static let protobufContentTypes = [
        "application/com.github.proto-openapi.spec.v2@v1.0+protobuf",
        "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
    ]

    /// `/openapi/v2` as a gnostic `openapi.v2.Document` in protobuf.
    package var swaggerProtobuf: [UInt8] { SwaggerProtobuf.encode(swagger) }
}

extension Resource {
    /// `api/v1` or `apis/discovery.k8s.io/v1`.
    var documentName: String { group.isEmpty ? "api/\(version)" : "apis/\(group)/\(version)" }
}
