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
    let name: String
    let executable: @Sendable (ConformanceCase) -> any ExecutableCase

    static let all: [CaseFile] = [
        CaseFile(name: "service_validation.yaml") { ValidationCase($0) },
        CaseFile(name: "service_defaulting_allocation.yaml") { test in
            test.inputs["steps"] == nil
                ? BandCase(test) as any ExecutableCase : AllocationCase(test)
        },
        CaseFile(name: "service_ipfamily_matrix.yaml") { FamilyMatrixCase($0) },
        CaseFile(name: "endpointslice.yaml") { test in
            test.inputs["steps"] == nil
                ? EndpointRuleCase(test) as any ExecutableCase : EndpointSliceCase(test)
        },
        CaseFile(name: "dns.yaml") { DNSCase($0) },
    ]
}
