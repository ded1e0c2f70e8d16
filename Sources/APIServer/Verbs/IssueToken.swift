import KubeAPI

extension ObjectStore {
    /// POST of a Token: makes the secret, stores its hash, and shows the secret in this one answer.
    func issueToken(_ token: JSON, _ options: WriteOptions) async throws(Status) -> Written {
        let name = token.value(at: "metadata", "name")?.string ?? ""
        // What cannot be read as a token is refused before it is changed.
        var (token, warnings) = try check(token, .tokens, options)
        try TokenRules.requestErrors(token).check(.tokens, name)
        let text = TokenText(named: name)
        token["spec"]?["sha256"] = .string(text.hash.hexadecimal)
        if let seconds = token.value(at: "spec", "expirationSeconds")?.integer {
            token["spec"]?["expirationTimestamp"] = .string(
                configuration.now().advanced(by: seconds).description)
        }
        var written = try await create(.tokens, namespace: "", token, options)
        written.warnings = warnings + written.warnings
        if !options.dryRun {
            var answer = try written.object.tree()
            answer["status"] = ["token": .string(text.text)]
            written.object = EncodedObject(answer)
        }
        return written
    }
}

extension EncodedObject {
    fileprivate func tree() throws(Status) -> JSON {
        do throws(JSONParseError) { return try json() } catch {
            throw Status(.internalError, "an object cannot be read: \(error)")
        }
    }
}
