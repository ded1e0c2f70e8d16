import KubeAPI

/// What the body and the query of a write say.
struct RequestBody: Sendable {
    private let request: APIRequest

    init(_ request: APIRequest) { self.request = request }

    private var contentType: String { MediaType(parsing: request.contentType).name }

    /// The object of a POST or PUT.
    /// - Parameter duplicates: gets what to tell about keys that the body has twice.
    func object(_ resource: Resource, duplicates: inout [String]) throws(Status) -> JSON {
        let object = try tree(&duplicates)
        let apiVersion = object["apiVersion"]?.string ?? ""
        let kind = object["kind"]?.string ?? ""
        guard apiVersion == resource.apiVersion || apiVersion.isEmpty,
            kind == resource.kind || kind.isEmpty
        else {
            throw .badRequest(
                "\(kind) in version \"\(apiVersion)\" cannot be handled as a \(resource.kind): the request names \(resource.kind) in version \"\(resource.apiVersion)\""
            )
        }
        guard object.object != nil else { throw .badRequest("the body is not an object") }
        return object
    }

    private func tree(_ duplicates: inout [String]) throws(Status) -> JSON {
        switch contentType {
        case "application/json", "":
            do throws(JSONParseError) {
                var paths: [String] = []
                let json = try JSON(parsing: request.body, duplicates: &paths)
                duplicates += paths.map { "duplicate field \"\($0)\"" }
                return json
            } catch {
                throw .badRequest("the object provided is unrecognized: \(error)")
            }
        case MediaType.yaml:
            do throws(YAMLError) {
                let document = try YAML.parse(request.body)
                duplicates += document.duplicates.map(\.description)
                // As Kubernetes, which makes JSON of it first.
                return document.value.withSortedKeys
            } catch {
                throw .badRequest(
                    "the object provided is unrecognized: error converting YAML to JSON: \(error)")
            }
        case ProtobufBody.contentType: return try ProtobufBody.decode(request.body)
        default:
            throw Status(
                .unsupportedMediaType,
                "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, \(ProtobufBody.contentType)"
            )
        }
    }

    /// What a PATCH of server-side apply wants the object to be.
    /// - Parameter warnings: gets what is wrong with the text but does not hinder.
    func applied(_ warnings: inout [String]) throws(Status) -> JSON {
        let mode = try FieldValidation(query: request.query["fieldValidation"])
        let document: YAML.Document
        do throws(YAMLError) { document = try YAML.parse(request.body) } catch {
            throw .badRequest("error decoding patch: error converting YAML to JSON: \(error)")
        }
        guard document.value.object != nil else {
            throw .badRequest(
                "error decoding patch: json: cannot unmarshal into Go value of type "
                    + "map[string]interface {}")
        }
        if !document.duplicates.isEmpty {
            let text =
                "error converting YAML to JSON: "
                + YAML.unmarshalErrors(document.duplicates.map(\.description))
            switch mode {
            case .strict: throw .badRequest("error strict decoding patch: \(text)")
            case .warn: warnings.append(text)
            case .ignore: break
            }
        }
        return document.value
    }

    /// `dryRun=All`; anything else than that is refused.
    func dryRun() throws(Status) -> Bool {
        try Self.dryRun(request.query.all("dryRun"))
    }

    private static func dryRun(_ values: [String]) throws(Status) -> Bool {
        for value in values where value != "All" && !value.isEmpty {
            let error = FieldError.notSupported("dryRun", value, supported: ["All"])
            throw Status(.invalid, "invalid options: \(error)")
        }
        return values.contains("All")
    }

    /// The options of a DELETE: of the body, or of the query where there is none.
    func deleteOptions() throws(Status) -> DeleteOptions {
        var options = DeleteOptions()
        let query = request.query
        options.dryRun = try dryRun()
        if let text = query["gracePeriodSeconds"], !text.isEmpty {
            guard let grace = Int64(text) else {
                throw .badRequest("invalid value \"\(text)\" of gracePeriodSeconds")
            }
            options.gracePeriodSeconds = grace
        }
        options.propagationPolicy = query["propagationPolicy"]
        if query["orphanDependents"] != nil {
            options.orphanDependents = query.flag("orphanDependents")
        }
        guard !request.body.isEmpty else {
            try Self.check(options)
            return options
        }
        var duplicates: [String] = []
        let body = try tree(&duplicates)
        if let kind = body["kind"]?.string, kind != "DeleteOptions" {
            throw .badRequest("the body of a delete is DeleteOptions, not \(kind)")
        }
        if let grace = body["gracePeriodSeconds"]?.integer { options.gracePeriodSeconds = grace }
        if let policy = body["propagationPolicy"]?.string { options.propagationPolicy = policy }
        if let orphan = body["orphanDependents"]?.bool { options.orphanDependents = orphan }
        options.uid = body.value(at: "preconditions", "uid")?.string
        options.resourceVersion = body.value(at: "preconditions", "resourceVersion")?.string
        let dryRuns = (body["dryRun"]?.array ?? []).compactMap(\.string)
        if try Self.dryRun(dryRuns) { options.dryRun = true }
        try Self.check(options)
        return options
    }

    /// apimachinery, pkg/apis/meta/v1/validation, ValidateDeleteOptions.
    private static func check(_ options: DeleteOptions) throws(Status) {
        guard let policy = options.propagationPolicy else { return }
        var errors: [FieldError] = []
        if options.orphanDependents != nil {
            let why = "orphanDependents and deletionPropagation cannot be both set"
            errors.append(.invalid("propagationPolicy", policy, why))
        }
        let known = ["Foreground", "Background", "Orphan"]
        if !known.contains(policy) {
            errors.append(
                .notSupported("propagationPolicy", policy, supported: known + ["nil"]))
        }
        try errors.check("DeleteOptions")
    }
}
