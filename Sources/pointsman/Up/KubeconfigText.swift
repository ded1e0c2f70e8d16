import Certificates
import FoundationEssentials

/// The kubeconfig that `up` writes for its administrator.
enum KubeconfigText {
    static func make(
        server: String, certificateAuthority: [UInt8], admin: Credentials
    ) -> String {
        """
        apiVersion: v1
        kind: Config
        clusters:
        - name: pointsman
          cluster:
            server: \(server)
            certificate-authority-data: \(base64(certificateAuthority))
        users:
        - name: pointsman-admin
          user:
            client-certificate-data: \(base64(admin.certificate))
            client-key-data: \(base64(admin.key))
        contexts:
        - name: pointsman
          context:
            cluster: pointsman
            user: pointsman-admin
        current-context: pointsman

        """
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString()
    }
}
