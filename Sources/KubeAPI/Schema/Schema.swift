/// What a JSON object of the API may hold: one table, from which unknown-field checks, strategic merge
/// patches, OpenAPI documents and the decoding of protobuf bodies are derived.
package struct Schema: Sendable {
    /// The Go package of a type: the first part of its name in OpenAPI, and the prefix in type errors.
    package enum Origin: String, Sendable {
        case core = "io.k8s.api.core.v1"
        case discovery = "io.k8s.api.discovery.v1"
        case coordination = "io.k8s.api.coordination.v1"
        case networking = "io.k8s.api.networking.v1"
        case events = "io.k8s.api.events.v1"
        case authentication = "io.k8s.api.authentication.v1"
        case authorization = "io.k8s.api.authorization.v1"
        case pointsman = "dev.pointsman.v1"
        case meta = "io.k8s.apimachinery.pkg.apis.meta.v1"
    }

    package let origin: Origin
    /// `ServicePort`.
    package let name: String
    /// What the type is, for `kubectl explain`.
    package let about: String
    /// The fields as declared; an embedded type is one of them.
    package let fields: [Field]
    /// The fields as JSON shows them: those of embedded types stand between the others.
    package let members: [Field]
    /// Server-side apply takes an object of this type as a whole.
    package private(set) var isAtomic = false
    /// Members that are there even in an object that does not state them; see `Field.implied`.
    let impliedNames: [String]
    private let index: [String: Int]

    init(_ origin: Origin, _ name: String, _ about: String, _ fields: [Field]) {
        self.origin = origin
        self.name = name
        self.about = about
        self.fields = fields
        members = fields.flatMap { field -> [Field] in
            if case .embedded(let schema) = field.type { schema.members } else { [field] }
        }
        impliedNames = members.filter(\.isImplied).map(\.name)
        index = Dictionary(
            members.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The same type, which server-side apply takes as a whole.
    var atomic: Schema {
        var schema = self
        schema.isAtomic = true
        return schema
    }

    /// `io.k8s.api.core.v1.ServicePort`.
    package var fullName: String { "\(origin.rawValue).\(name)" }

    /// The field that JSON calls `name`; nil if the type has none.
    package subscript(name: String) -> Field? { index[name].map { members[$0] } }
}
