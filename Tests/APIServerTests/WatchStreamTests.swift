import NIOCore
import KubeAPI
import Storage
import Testing

@testable import APIServer

@Suite("A watch as chunks")
struct WatchStreamTests {
    @Test("However much there is to tell, a chunk stays small and nothing is left out")
    func chunks() async throws {
        let tls = APIServer.TLS(certificateChain: [], privateKey: [], clientCA: [])
        let configuration = APIServer.Configuration(
            listen: [], tls: tls, serviceCIDRs: [], podCIDRs: [])
        let store = ObjectStore(
            log: MemoryLog(), configuration: configuration, logger: TestServer.silent)
        let text = JSON.string(String(repeating: "x", count: 20_000))
        for index in 0..<50 {
            let node: JSON = [
                "metadata": ["name": .string("n\(index)"), "annotations": ["text": text]]
            ]
            _ = try await store.create(.nodes, namespace: "", node, WriteOptions())
        }
        let request = WatchRequest(
            selection: Selection(), start: .initial(notOlderThan: .zero), marksInitialEnd: true)
        let stream = WatchStream(
            try await store.watch(.nodes, request), of: .nodes, as: .json, timeoutSeconds: 60,
            configuration)
        var lines: [JSON] = []
        while lines.last?["type"] != "BOOKMARK", let chunk = await stream.next() {
            let bytes = Array(chunk.content.readableBytesView)
            #expect(bytes.count < 100_000)
            #expect(chunk.framed.readableBytes > bytes.count)
            lines += try bytes.split(separator: UInt8(ascii: "\n")).map {
                try JSON(parsing: Array($0))
            }
        }
        #expect(lines.count == 51)
        stream.cancel()
        #expect(await stream.next() == nil)
    }
}
