import Crypto
import Foundation
import KubeAPI
import Testing

@Suite("Storage versions")
struct StorageVersionTests {
    @Test(
        "discovery shows the hash of group, version and kind of what is stored, and none where nothing is",
        arguments: Resource.all)
    func hash(_ resource: Resource) {
        guard resource.verbs.contains("list") else {
            #expect(resource.storageVersionHash == nil)
            return
        }
        let stored = resource.storage
        let name = "\(stored.group)/\(stored.version)/\(stored.kind)"
        let digest = Data(SHA256.hash(data: Data(name.utf8)).prefix(8))
        #expect(resource.storageVersionHash == digest.base64EncodedString())
    }
}
