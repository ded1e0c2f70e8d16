import KubeAPI
import TestSupport

/// A case of a file, made ready to run.
protocol ExecutableCase: Sendable {
    init(_ test: ConformanceCase)

    /// The server that it runs on.
    var settings: ServerSettings { get }

    /// Plays the case; returns if everything is as expected.
    /// - Throws: `Failure` with what was expected and what came; `NotApplicable`; any other error fails the case, too.
    func run(on cluster: Cluster) async throws
}

extension ExecutableCase {
    var settings: ServerSettings { .standard }
}

/// What was expected and what came.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    init(at place: String = "", expected: String, came: String) {
        description = (place.isEmpty ? "" : "\(place): ") + "expected \(expected); came \(came)"
    }
}

/// Why a case says nothing about this server.
struct NotApplicable: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// A file of Tests/Conformance and how its cases are run.
struct CaseFile: Sendable {
    enum Execution: Sendable {
        case onServer(@Sendable (ConformanceCase) -> any ExecutableCase)
        /// By itself. What it throws means what it means for an `ExecutableCase`.
        case alone(@Sendable (ConformanceCase) async throws -> Void)
    }

    let name: String
    let execution: Execution

    private init(
        _ name: String, alone play: @escaping @Sendable (ConformanceCase) async throws -> Void
    ) {
        self.name = name
        execution = .alone(play)
    }

    private init(
        _ name: String, onServer make: @escaping @Sendable (ConformanceCase) -> any ExecutableCase
    ) {
        self.name = name
        execution = .onServer(make)
    }

    static let all: [CaseFile] = [
        CaseFile("service_validation.yaml", onServer: { ValidationCase($0) }),
        CaseFile(
            "service_defaulting_allocation.yaml",
            onServer: { test in
                test.inputs["steps"] == nil
                    ? BandCase(test) as any ExecutableCase : AllocationCase(test)
            }),
        CaseFile("service_ipfamily_matrix.yaml", onServer: { FamilyMatrixCase($0) }),
        CaseFile(
            "endpointslice.yaml",
            onServer: { test in
                test.inputs["steps"] == nil
                    ? EndpointRuleCase(test) as any ExecutableCase : EndpointSliceCase(test)
            }),
        CaseFile("dns.yaml", onServer: { DNSCase($0) }),
        CaseFile("flows.yaml", alone: { try await NodeFlow.play($0) }),
    ]
}
