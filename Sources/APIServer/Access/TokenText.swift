import Crypto
import KubeAPI

/// A bearer token as its holder has it: `pmt.<name>.<64 hexadecimal digits>`. The digits are 256 random bits, which is why
/// one round of SHA-256 is enough to keep it by.
struct TokenText: Sendable {
    /// The Token object that it belongs to.
    let name: String
    let text: String

    private static let prefix = "pmt."
    private static let secretBytes = 32

    /// A new one. The generator of the system is the kernel's.
    init(named name: String) {
        var generator = SystemRandomNumberGenerator()
        let secret = (0..<Self.secretBytes).map { _ in
            UInt8.random(in: 0...255, using: &generator)
        }
        self.name = name
        text = "\(Self.prefix)\(name).\(secret.hexadecimal)"
    }

    /// What somebody has shown; nil for what no token looks like.
    init?(_ text: String) {
        guard text.utf8.count <= 512, text.hasPrefix(Self.prefix),
            let dot = text.lastIndex(of: ".")
        else { return nil }
        let start = text.index(text.startIndex, offsetBy: Self.prefix.count)
        guard start < dot, text[dot...].utf8.count == 2 * Self.secretBytes + 1 else { return nil }
        name = String(text[start..<dot])
        guard Names.isDNSSubdomain(name) else { return nil }
        self.text = text
    }

    /// SHA-256 of the text.
    var hash: [UInt8] {
        var hash = SHA256()
        let bytes = Array(text.utf8)
        bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return Array(hash.finalize())
    }
}

extension [UInt8] {
    var hexadecimal: String {
        reduce(into: "") { text, byte in
            text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
    }

    /// Takes the same time wherever the two differ.
    func equalsInConstantTime(_ other: [UInt8]) -> Bool {
        guard count == other.count else { return false }
        return zip(self, other).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
