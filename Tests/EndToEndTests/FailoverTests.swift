import Foundation
import Testing

@Suite("Connections through the kernel", .enabled(if: Tools.isRoot, "network namespaces need root"))
struct FailoverTests {
    /// The short form of `make failover`.
    @Test(
        "Not one connection to a live backend fails, whatever endpoints change and whatever is killed",
        .timeLimit(.minutes(5)))
    func failover() async throws {
        try await withLab(.root) { lab in
            let data = lab.directory.appending(path: "failover").path()
            try FileManager.default.createDirectory(
                atPath: data, withIntermediateDirectories: true)
            let driver = URL(filePath: Tools.pointsman).deletingLastPathComponent()
                .appending(path: "FailoverDriver").path()
            let result = try await lab.run(
                [
                    driver, "--binary", Tools.pointsman, "--directory", data, "--rate", "1000",
                    "--changes", "200", "--kills", "4",
                ], seconds: 240)
            #expect(result.succeeded, "\(result)")
            #expect(
                result.output.contains(
                    " 0 failed, 200 changes, 4 kills, 20 long connections intact"),
                "\(result)")
        }
    }
}
