extension OpenAPI {
    /// A parameter of an operation, in the query or in the path.
    struct Parameter: Sendable {
        let name: String
        var place = "query"
        var type = "string"
        let about: String

        static let pretty = Parameter(name: "pretty", about: "true: JSON with line breaks.")
        static let dryRun = Parameter(
            name: "dryRun", about: "All: everything is checked, nothing is stored.")
        static let fieldManager = Parameter(
            name: "fieldManager", about: "Name of the writer, for managedFields.")
        static let fieldValidation = Parameter(
            name: "fieldValidation",
            about: "What to do about fields that the kind does not have: Ignore, Warn or Strict.")
        static let force = Parameter(
            name: "force", type: "boolean",
            about: "Whether a server-side apply takes fields over from other writers.")

        static let selection = [
            Parameter(name: "labelSelector", about: "Only objects with such labels."),
            Parameter(name: "fieldSelector", about: "Only objects with such fields."),
            Parameter(name: "limit", type: "integer", about: "The size of a page."),
            Parameter(name: "continue", about: "The token of the page before."),
            Parameter(name: "resourceVersion", about: "The revision that is wanted."),
            Parameter(
                name: "resourceVersionMatch", about: "How to read it: Exact or NotOlderThan."),
            Parameter(
                name: "watch", type: "boolean", about: "Whether to tell changes from then on."),
            Parameter(
                name: "allowWatchBookmarks", type: "boolean",
                about: "Whether a watch may tell the revision without a change."),
            Parameter(
                name: "sendInitialEvents", type: "boolean",
                about: "Whether a watch begins with what there is."),
            Parameter(
                name: "timeoutSeconds", type: "integer", about: "How long a watch may take."),
        ]

        static let deletion = [
            Parameter(
                name: "gracePeriodSeconds", type: "integer",
                about: "How long the object has to end itself."),
            Parameter(
                name: "orphanDependents", type: "boolean", about: "No longer used."),
            Parameter(
                name: "propagationPolicy", about: "Orphan, Background or Foreground."),
        ]

        static func path(_ name: String, _ about: String) -> Parameter {
            Parameter(name: name, place: "path", about: about)
        }
    }
}

extension OpenAPI.Parameter {
    func json(_ dialect: OpenAPI.Dialect) -> JSON {
        var json: JSON = [
            "name": .string(name), "in": .string(place), "description": .string(about),
        ]
        if place == "path" { json["required"] = true }
        switch dialect {
        case .v2:
            json["type"] = .string(type)
            json["uniqueItems"] = true
        case .v3: json["schema"] = ["type": .string(type), "uniqueItems": true]
        }
        return json
    }
}
