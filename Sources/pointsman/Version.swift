/// What this program calls itself.
enum Version {
    static let pointsman = "0.1.0"
    /// The Kubernetes API that is spoken, with our own version as build metadata: clients parse it as a semantic
    /// version.
    static let gitVersion = "v1.36.2+pointsman-\(pointsman)"
}
