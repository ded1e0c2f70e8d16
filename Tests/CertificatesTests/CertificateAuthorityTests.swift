import Addresses
import Certificates
import FoundationEssentials
import SwiftASN1
import Testing
import X509

@Suite("The certificate authority of a data directory")
struct CertificateAuthorityTests {
    /// Validity is checked against the real clock.
    static let now = Date().timeIntervalSince1970

    @Test("a serving certificate names every name and address, and chains to the authority")
    func serving() async throws {
        let authority = try CertificateAuthority(commonName: "test", now: Self.now)
        let address = try #require(IPAddress("10.96.0.1"))
        let serving = try authority.serving(
            names: ["localhost", "kubernetes.default.svc"], addresses: [address], now: Self.now)
        let certificate = try Self.certificate(serving)
        let names = try #require(try certificate.extensions.subjectAlternativeNames)
        #expect(
            Array(names) == [
                .dnsName("localhost"), .dnsName("kubernetes.default.svc"),
                .ipAddress(ASN1OctetString(contentBytes: [10, 96, 0, 1])),
            ])
        #expect(try await Self.isTrusted(certificate, by: authority))
    }

    @Test("a client certificate carries user and groups as CN and O")
    func client() throws {
        let authority = try CertificateAuthority(commonName: "test", now: Self.now)
        let client = try authority.client(
            user: "kubernetes-admin", groups: ["system:masters"], now: Self.now)
        let subject = try Self.certificate(client).subject.description
        #expect(subject.contains("CN=kubernetes-admin"))
        #expect(subject.contains("O=system:masters"))
    }

    @Test("an authority that was written and read again signs what the first one verifies")
    func reread() async throws {
        let first = try CertificateAuthority(commonName: "test", now: Self.now)
        let again = try CertificateAuthority(first.credentials)
        let client = try again.client(user: "a", groups: [], now: Self.now)
        #expect(try await Self.isTrusted(try Self.certificate(client), by: first))
        let other = try CertificateAuthority(commonName: "test", now: Self.now)
        #expect(try await !Self.isTrusted(try Self.certificate(client), by: other))
        #expect(first.hasSigned(client))
        #expect(!other.hasSigned(client))
        #expect(client.isValid(at: Self.now, margin: 300 * 86400))
        #expect(!client.isValid(at: Self.now, margin: 366 * 86400))
    }

    @Test("what is no certificate is refused, not trapped on")
    func refused() {
        #expect(throws: CredentialsError.self) {
            _ = try CertificateAuthority(Credentials(certificate: Array("x".utf8), key: []))
        }
    }

    private static func certificate(_ credentials: Credentials) throws -> Certificate {
        try Certificate(pemEncoded: String(decoding: credentials.certificate, as: UTF8.self))
    }

    private static func isTrusted(
        _ leaf: Certificate, by authority: CertificateAuthority
    ) async throws -> Bool {
        let root = try certificate(authority.credentials)
        var verifier = Verifier(rootCertificates: CertificateStore([root])) {
            RFC5280Policy()
        }
        let result = await verifier.validate(
            leaf: leaf, intermediates: CertificateStore([]))
        if case .validCertificate = result { return true }
        return false
    }
}
