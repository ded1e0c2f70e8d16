import Foundation
import Testing

@Suite("Many clients", .enabled(if: Tools.isRoot, "network namespaces need root"))
struct SoakTests {
    /// The short form of `make soak`.
    @Test("Nothing acknowledged is lost, whatever is killed, and nothing is left behind")
    func soak() async throws {
        try await withLab(.root) { lab in
            let data = lab.directory.appending(path: "soak").path()
            try FileManager.default.createDirectory(
                atPath: data, withIntermediateDirectories: true)
            let driver = URL(filePath: Tools.pointsman).deletingLastPathComponent()
                .appending(path: "SoakDriver").path()
            let result = try await lab.run(
                [
                    driver, "--binary", Tools.pointsman, "--directory", data, "--seconds", "30",
                ], seconds: 300)
            #expect(result.succeeded, "\(result)")
            #expect(result.output.contains("nothing is wrong"), "\(result)")
        }
    }
}
