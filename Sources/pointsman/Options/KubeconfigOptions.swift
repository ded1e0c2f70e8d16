import APIClient
import ArgumentParser
import Linux

/// Where a command finds the API, and who it is there.
struct KubeconfigOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The kubeconfig file. (default: $KUBECONFIG, else the one that `pointsman up` wrote)",
            valueName: "path"))
    var kubeconfig: String?

    /// The kubeconfig, and a client made from it.
    func connect(userAgent: String) throws -> (client: APIClient, kubeconfig: Kubeconfig) {
        let (path, text) = try read()
        do {
            let directory = path.split(separator: "/", omittingEmptySubsequences: false)
                .dropLast().joined(separator: "/")
            let kubeconfig = try Kubeconfig(
                yaml: text, directory: directory.isEmpty ? "." : directory)
            return (try APIClient(kubeconfig, userAgent: userAgent), kubeconfig)
        } catch {
            throw CommandFailure(description: "\(path): \(error)")
        }
    }

    private func read() throws -> (path: String, text: String) {
        for path in candidates {
            do {
                guard let bytes = try PrivateFile.read(path) else { continue }
                return (path, String(decoding: bytes, as: UTF8.self))
            } catch {
                throw CommandFailure(description: "the kubeconfig cannot be read: \(error)")
            }
        }
        throw CommandFailure(
            description: "no kubeconfig at \(candidates.joined(separator: " or ")); "
                + "start `pointsman up`, or name the file with --kubeconfig")
    }

    private var candidates: [String] {
        if let kubeconfig { return [kubeconfig] }
        if let variable = Host.environment("KUBECONFIG"), !variable.isEmpty {
            return variable.split(separator: ":").map(String.init)
        }
        return [DataDirectory.defaultPath + "/kubeconfig"]
    }
}
