package import Addresses
import Crypto
import FoundationEssentials
import SwiftASN1
import X509

/// A certificate with its private key.
package struct Credentials: Equatable, Sendable {
    /// PEM of the certificate.
    package var certificate: [UInt8]
    /// PEM of the private key (PKCS#8, P-256).
    package var key: [UInt8]

    package init(certificate: [UInt8], key: [UInt8]) {
        self.certificate = certificate
        self.key = key
    }
}

/// Why a certificate or key cannot be read or made.
package struct CredentialsError: Error, Sendable, CustomStringConvertible {
    package let description: String
}

/// The authority that a data directory has of its own: signs the serving certificate and the clients' ones.
/// All keys are ECDSA P-256, all signatures ECDSA with SHA-256.
package struct CertificateAuthority: Sendable {
    package let credentials: Credentials
    private let certificate: Certificate
    private let key: P256.Signing.PrivateKey

    /// Clocks of other machines may lag this much behind.
    private static let backdating: TimeInterval = 3600
    private static let day: TimeInterval = 86400

    /// Makes a new authority, valid for ten years from `now` (seconds since 1970).
    package init(commonName: String, now: Double) throws(CredentialsError) {
        let key = P256.Signing.PrivateKey()
        do {
            let name = try DistinguishedName { CommonName(commonName) }
            certificate = try Certificate(
                version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey),
                notValidBefore: Date(timeIntervalSince1970: now - Self.backdating),
                notValidAfter: Date(timeIntervalSince1970: now + 3650 * Self.day), issuer: name,
                subject: name, signatureAlgorithm: .ecdsaWithSHA256,
                extensions: Certificate.Extensions {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                    Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                    SubjectKeyIdentifier(hash: .init(key.publicKey))
                }, issuerPrivateKey: .init(key))
            credentials = try Credentials(certificate: certificate.pem, key: key.pem)
        } catch {
            throw CredentialsError(description: "no certificate authority can be made: \(error)")
        }
        self.key = key
    }

    /// Reads one that `credentials` of an earlier start kept.
    package init(_ credentials: Credentials) throws(CredentialsError) {
        do {
            certificate = try Certificate(
                pemEncoded: String(decoding: credentials.certificate, as: UTF8.self))
            key = try P256.Signing.PrivateKey(
                pemRepresentation: String(decoding: credentials.key, as: UTF8.self))
        } catch {
            throw CredentialsError(
                description: "the certificate authority cannot be read: \(error)")
        }
        self.credentials = credentials
    }

    /// Signs a certificate for a server, valid for one year from `now`.
    package func serving(
        names: [String], addresses: [IPAddress], now: Double
    ) throws(CredentialsError) -> Credentials {
        let alternatives =
            names.map(GeneralName.dnsName)
            + addresses.map {
                GeneralName.ipAddress(ASN1OctetString(contentBytes: $0.networkBytes[...]))
            }
        return try issue(
            subject: { CommonName("pointsman-apiserver") }, usage: .serverAuth,
            alternatives: alternatives, now: now)
    }

    /// Signs a certificate for a client, valid for one year from `now`: `user` is who it is, `groups` what it belongs
    /// to, as Kubernetes reads the subject's CN and O.
    package func client(
        user: String, groups: [String], now: Double
    ) throws(CredentialsError) -> Credentials {
        try issue(
            subject: {
                CommonName(user)
                for group in groups { OrganizationName(group) }
            }, usage: .clientAuth, alternatives: [], now: now)
    }

    /// Whether the certificate of `credentials` bears this authority's signature.
    package func hasSigned(_ credentials: Credentials) -> Bool {
        let text = String(decoding: credentials.certificate, as: UTF8.self)
        guard let leaf = try? Certificate(pemEncoded: text) else { return false }
        return certificate.publicKey.isValidSignature(leaf.signature, for: leaf)
    }

    private func issue(
        @DistinguishedNameBuilder subject: () throws -> Result<DistinguishedName, any Error>,
        usage: ExtendedKeyUsage.Usage, alternatives: [GeneralName], now: Double
    ) throws(CredentialsError) -> Credentials {
        do {
            let key = P256.Signing.PrivateKey()
            let certificate = try Certificate(
                version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey),
                notValidBefore: Date(timeIntervalSince1970: now - Self.backdating),
                notValidAfter: Date(timeIntervalSince1970: now + 365 * Self.day),
                issuer: self.certificate.subject, subject: try DistinguishedName(builder: subject),
                signatureAlgorithm: .ecdsaWithSHA256,
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.notCertificateAuthority)
                    Critical(KeyUsage(digitalSignature: true))
                    try ExtendedKeyUsage([usage])
                    if !alternatives.isEmpty { SubjectAlternativeNames(alternatives) }
                }, issuerPrivateKey: .init(self.key))
            return try Credentials(certificate: certificate.pem, key: key.pem)
        } catch {
            throw CredentialsError(description: "no certificate can be signed: \(error)")
        }
    }
}

extension Certificate {
    fileprivate var pem: [UInt8] {
        get throws { Array(try serializeAsPEM().pemString.utf8) + [UInt8(ascii: "\n")] }
    }
}

extension P256.Signing.PrivateKey {
    fileprivate var pem: [UInt8] { Array(pemRepresentation.utf8) + [UInt8(ascii: "\n")] }
}

extension Credentials {
    /// Whether the certificate can be read and stays valid for `margin` seconds after `now` (seconds since 1970).
    package func isValid(at now: Double, margin: Double) -> Bool {
        let text = String(decoding: certificate, as: UTF8.self)
        guard let certificate = try? Certificate(pemEncoded: text) else { return false }
        return certificate.notValidBefore.timeIntervalSince1970 <= now
            && now + margin < certificate.notValidAfter.timeIntervalSince1970
    }
}
