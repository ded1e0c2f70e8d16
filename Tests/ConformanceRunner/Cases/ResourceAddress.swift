import KubeAPI

/// Where an object of a case lives: its path in the API.
struct ResourceAddress: Sendable {
    private let collectionPath: String
    let namespace: String?
    let name: String

    /// - Parameter namespace: of a namespaced object that names none.
    init(of object: JSON, namespace: String) throws(Failure) {
        let kind = object["kind"]?.string ?? ""
        let version = object["apiVersion"]?.string ?? ""
        guard
            let resource = Resource.all.first(where: {
                $0.kind == kind && $0.apiVersion == version
            })
        else { throw Failure("\(version) \(kind) is no kind of this API") }
        let stated = object.value(at: "metadata", "namespace")?.string
        self.namespace = resource.isNamespaced ? stated ?? namespace : nil
        name = object.value(at: "metadata", "name")?.string ?? ""
        let root =
            resource.group.isEmpty
            ? "/api/\(resource.version)" : "/apis/\(resource.group)/\(resource.version)"
        let place = self.namespace.map { "/namespaces/\($0)" } ?? ""
        collectionPath = "\(root)\(place)/\(resource.plural)"
    }

    var collection: String { collectionPath }

    func object(_ name: String) -> String { "\(collectionPath)/\(name)" }
}
