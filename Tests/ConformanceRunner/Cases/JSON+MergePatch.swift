import KubeAPI

extension JSON {
    /// The value after a merge patch (RFC 7386).
    func merged(with patch: JSON) -> JSON {
        guard let changes = patch.object else { return patch }
        var result: JSON = object == nil ? [:] : self
        for (key, change) in changes {
            result[key] = change.isNull ? nil : (result[key] ?? .null).merged(with: change)
        }
        return result
    }

    /// As JSON text, for messages.
    var text: String { String(decoding: encoded(), as: UTF8.self) }
}
