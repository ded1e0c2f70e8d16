import Testing

@testable import APIClient

@Suite("Kubeconfig files")
struct KubeconfigTests {
    static let text = """
        apiVersion: v1
        kind: Config
        current-context: b
        clusters:
        - {name: one, cluster: {server: "https://127.0.0.1:6443", certificate-authority-data: Q0E=}}
        - {name: two, cluster: {server: "https://[fd00::1]/", insecure-skip-tls-verify: true}}
        users:
        - {name: admin, user: {client-certificate-data: Q0VSVA==, client-key-data: S0VZ}}
        - {name: robot, user: {token: secret}}
        - {name: cloud, user: {exec: {command: aws}}}
        - {name: nobody, user: null}
        - {name: bare}
        - {name: file, user: {token: "", tokenFile: token}}
        - {name: number, user: {token: 12345}}
        contexts:
        - {name: a, context: {cluster: one, user: admin, namespace: shop}}
        - {name: b, context: {cluster: two, user: robot}}
        - {name: c, context: {cluster: three, user: robot}}
        - {name: d, context: {cluster: one, user: cloud}}
        - {name: e, context: {cluster: one, user: nobody}}
        - {name: f, context: {cluster: one, user: bare}}
        - {name: g, context: {cluster: one, user: file}}
        - {name: h, context: {cluster: one, user: number}}
        """

    @Test("the current context is used unless another is named")
    func contexts() throws {
        let current = try Kubeconfig(yaml: Self.text, directory: "/nowhere")
        #expect(current.server == ServerAddress(host: "fd00::1", port: 443))
        #expect(current.token == "secret")
        #expect(current.insecureSkipTLSVerify)
        #expect(current.namespace == "default")
        let named = try Kubeconfig(yaml: Self.text, context: "a", directory: "/nowhere")
        #expect(named.certificateAuthority == Array("CA".utf8))
        #expect(named.clientCertificate == Array("CERT".utf8))
        #expect(named.clientKey == Array("KEY".utf8))
        #expect(named.namespace == "shop")
    }

    @Test("a user without anything shows nothing", arguments: ["e", "f"])
    func empty(_ context: String) throws {
        let read = try Kubeconfig(yaml: Self.text, context: context, directory: "/nowhere")
        #expect(read.token == nil && read.clientCertificate == nil && read.clientKey == nil)
    }

    @Test(
        "what cannot be used says why",
        arguments: [
            ("c", "cluster \"three\" does not exist"), ("x", "context \"x\" does not exist"),
            ("d", "exec and auth-provider credentials are not supported"),
            ("g", "/nowhere/token cannot be read"),
            ("h", "not a kubeconfig file: users[number].user.token is not a text"),
        ])
    func refused(_ context: String, _ reason: String) {
        #expect(throws: KubeconfigError(reason)) {
            _ = try Kubeconfig(yaml: Self.text, context: context, directory: "/nowhere")
        }
    }

    @Test(
        "other texts are refused, not trapped on", arguments: ["", "[1, 2", "a: b", "[]", "\u{0}"])
    func garbage(_ text: String) {
        #expect(throws: KubeconfigError.self) {
            _ = try Kubeconfig(yaml: text, directory: "/nowhere")
        }
    }

    @Test(
        "server URLs",
        arguments: [
            ("https://a:1", "a:1"), ("https://a", "a:443"), ("https://[::1]:6443/", "[::1]:6443"),
            ("http://a", nil), ("https://a/path", nil), ("https://", nil), ("https://a:0", nil),
            ("https://a:x", nil), ("https://user@a", nil),
        ])
    func servers(_ url: String, _ expected: String?) {
        #expect(ServerAddress(url: url)?.description == expected)
    }
}
