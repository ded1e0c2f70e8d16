extension OpenAPI {
    /// The URLs of the resources with their operations, in the order of the URLs.
    func paths(of resources: [Resource], _ dialect: Dialect) -> JSON {
        var paths: [String: JSON] = [:]
        for resource in resources {
            let place = resource.isNamespaced ? "namespaces/{namespace}/" : ""
            let collection = "/\(resource.documentName)/\(place)\(resource.plural)"
            func item(_ actions: [Action], _ subresource: String? = nil) -> JSON {
                var item: JSON = [:]
                let verbs = subresource.map(resource.verbs(ofSubresource:)) ?? resource.verbs
                for action in actions where verbs.contains(action.apiVerb) {
                    let operation = Operation(
                        action: action, resource: resource, subresource: subresource,
                        dialect: dialect)
                    item[action.method] = operation.json
                }
                return item
            }
            paths[collection] = item([.list, .create, .deleteCollection])
            let object = item([.read, .replace, .patch, .delete])
            if object != [:] { paths[collection + "/{name}"] = object }
            for subresource in resource.subresources {
                paths["\(collection)/{name}/\(subresource)"] = item(
                    [.read, .replace, .patch], subresource)
            }
            if resource.isNamespaced, resource.verbs.contains("list") {
                paths["/\(resource.documentName)/\(resource.plural)"] = item([.listEverywhere])
            }
        }
        return .object(
            JSONObject(distinct: paths.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
    }

    enum Action: Sendable {
        case list, listEverywhere, create, deleteCollection, read, replace, patch, delete

        /// The HTTP method, as OpenAPI spells it.
        var method: String {
            switch self {
            case .list, .listEverywhere, .read: "get"
            case .create: "post"
            case .replace: "put"
            case .patch: "patch"
            case .delete, .deleteCollection: "delete"
            }
        }

        /// The value of the extension `x-kubernetes-action`.
        var verb: String {
            switch self {
            case .list, .listEverywhere: "list"
            case .create: "post"
            case .deleteCollection: "deletecollection"
            case .read: "get"
            case .replace: "put"
            case .patch: "patch"
            case .delete: "delete"
            }
        }

        /// What the authorization of a request calls it.
        var apiVerb: String {
            switch self {
            case .create: "create"
            case .replace: "update"
            case .list, .listEverywhere, .deleteCollection, .read, .patch, .delete: verb
            }
        }

        var operationName: String {
            switch self {
            case .list, .listEverywhere: "list"
            case .create: "create"
            case .deleteCollection: "deleteCollection"
            case .read: "read"
            case .replace: "replace"
            case .patch: "patch"
            case .delete: "delete"
            }
        }

        /// The parameters of the query.
        var query: [OpenAPI.Parameter] {
            let writing: [OpenAPI.Parameter] = [
                .pretty, .dryRun, .fieldManager, .fieldValidation,
            ]
            switch self {
            case .list, .listEverywhere: return [.pretty] + OpenAPI.Parameter.selection
            case .create, .replace: return writing
            case .patch: return writing + [.force]
            case .read: return [.pretty]
            case .delete: return [.pretty, .dryRun] + OpenAPI.Parameter.deletion
            case .deleteCollection:
                return [.pretty, .dryRun] + OpenAPI.Parameter.deletion
                    + OpenAPI.Parameter.selection
            }
        }
    }
}
