import Testing

@testable import KubeAPI

@Suite("OpenAPI")
struct OpenAPITests {
    let api = OpenAPI(version: "v1.32.0")

    /// Every `$ref` in a document.
    private func references(_ json: JSON) -> [String] {
        switch json {
        case .object(let members):
            members.flatMap { key, value in
                key == "$ref" ? [value.string ?? ""] : references(value)
            }
        case .array(let elements): elements.flatMap(references)
        case .null, .bool, .integer, .double, .string: []
        }
    }

    @Test("the index leads to a document of every group version, and the address changes with it")
    func index() throws {
        let paths = try #require(api.index["paths"]?.object)
        #expect(
            paths.keys == [
                "api/v1", "apis/discovery.k8s.io/v1", "apis/networking.k8s.io/v1",
                "apis/coordination.k8s.io/v1", "apis/events.k8s.io/v1",
                "apis/authorization.k8s.io/v1", "apis/authentication.k8s.io/v1",
                "apis/pointsman.dev/v1",
            ])
        for (name, entry) in paths {
            let url = try #require(entry["serverRelativeURL"]?.string)
            #expect(url.hasPrefix("/openapi/v3/\(name)?hash="))
            #expect(api.document(name) != nil)
        }
        #expect(OpenAPI(version: "v1.33.0").index != api.index)
        #expect(OpenAPI(version: "v1.32.0").index == api.index)
        #expect(api.document("api/v2") == nil)
    }

    @Test("no reference leads nowhere")
    func referencesResolve() throws {
        for name in api.groupVersions {
            let document = try #require(api.document(name))
            let schemas = try #require(document.value(at: "components", "schemas")?.object)
            for reference in Set(references(document)) {
                #expect(reference.hasPrefix("#/components/schemas/"))
                #expect(schemas[String(reference.dropFirst(21))] != nil, "\(reference)")
            }
        }
        let swagger = api.swagger
        let definitions = try #require(swagger["definitions"]?.object)
        for reference in Set(references(swagger)) {
            #expect(reference.hasPrefix("#/definitions/"))
            #expect(definitions[String(reference.dropFirst(14))] != nil, "\(reference)")
        }
    }

    @Test("lists and merge keys are told, so that clients can make patches")
    func servicePorts() throws {
        let spec = try #require(
            api.document("api/v1")?.value(at: "components", "schemas")?[
                "io.k8s.api.core.v1.ServiceSpec"])
        let ports = try #require(spec.value(at: "properties", "ports"))
        #expect(ports["x-kubernetes-list-type"] == "map")
        #expect(ports["x-kubernetes-list-map-keys"] == ["port", "protocol"])
        #expect(ports["x-kubernetes-patch-merge-key"] == "port")
        #expect(ports["x-kubernetes-patch-strategy"] == "merge")
        #expect(
            ports.value(at: "items", "$ref")
                == "#/components/schemas/io.k8s.api.core.v1.ServicePort"
        )
    }

    @Test("a kind carries its group, version and kind", arguments: ["Service", "ServiceList"])
    func kinds(_ kind: String) {
        let schema = api.swagger["definitions"]?["io.k8s.api.core.v1.\(kind)"]
        #expect(
            schema?["x-kubernetes-group-version-kind"]
                == [["group": "", "version": "v1", "kind": .string(kind)]])
    }

    @Test(
        "every patch can be validated by the server and tried dry",
        arguments: Resource.all.filter { $0.verbs.contains("patch") })
    func patches(_ resource: Resource) throws {
        let place = resource.isNamespaced ? "namespaces/{namespace}/" : ""
        let path = "/\(resource.documentName)/\(place)\(resource.plural)/{name}"
        for document in [api.document(resource.documentName), api.swagger] {
            let patch = try #require(document?["paths"]?[path]?["patch"])
            let names = patch["parameters"]?.array?.compactMap { $0["name"]?.string } ?? []
            #expect(Set(names).isSuperset(of: ["fieldValidation", "dryRun", "fieldManager"]))
            #expect(
                patch["x-kubernetes-group-version-kind"] == resource.kindReference(resource.kind))
            #expect(patch["x-kubernetes-action"] == "patch")
        }
    }

    @Test("operations have distinct ids")
    func operationIDs() throws {
        let paths = try #require(api.swagger["paths"]?.object)
        let ids = paths.flatMap { _, item in
            (item.object ?? [:]).compactMap { $0.value["operationId"]?.string }
        }
        #expect(ids.count > 40)
        #expect(Set(ids).count == ids.count)
        #expect(ids.contains("patchCoreV1NamespacedServiceStatus"))
        #expect(ids.contains("listDiscoveryV1EndpointSliceForAllNamespaces"))
    }
}

extension OpenAPITests {
    @Test("what can only be asked has one operation, and no list")
    func reviews() throws {
        let document = try #require(api.document("apis/authorization.k8s.io/v1"))
        let paths = try #require(document["paths"]?.object)
        #expect(paths.count == 4)
        for (_, item) in paths { #expect(item.object?.keys == ["post"]) }
        let schemas = try #require(document.value(at: "components", "schemas")?.object)
        #expect(schemas["io.k8s.api.authorization.v1.SelfSubjectAccessReview"] != nil)
        #expect(!schemas.keys.contains { $0.hasSuffix("ReviewList") })
        let tokens = try #require(api.document("apis/pointsman.dev/v1")?["paths"]?.object)
        #expect(tokens["/apis/pointsman.dev/v1/tokens/{name}"]?.object?.keys == ["get", "delete"])
    }
}
