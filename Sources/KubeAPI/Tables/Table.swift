/// Objects as a table (meta.k8s.io Table): what `kubectl get` prints.
package enum Table {
    /// Query parameter `includeObject`: what comes with each row.
    package enum IncludeObject: String, Sendable, Hashable {
        case none = "None"
        /// The object's metadata; what a request without the parameter gets.
        case metadata = "Metadata"
        case object = "Object"

        /// - Parameter query: the value of the parameter; nil or "" if there is none.
        package init(query: String?) throws(Status) {
            guard let query, !query.isEmpty else {
                self = .metadata
                return
            }
            guard let choice = IncludeObject(rawValue: query) else {
                throw .badRequest(
                    "includeObject: unrecognized value \"\(query)\"; None, Metadata and Object are known"
                )
            }
            self = choice
        }
    }

    /// The table of some objects.
    ///
    /// - Parameters:
    ///   - now: the moment that ages are counted to.
    ///   - version: `v1` or `v1beta1`.
    ///   - metadata: that of the list: resourceVersion, continue, remainingItemCount.
    ///   - withColumns: false leaves the columns out, as in all events of a watch but the first.
    package static func make(
        resource: Resource, objects: [JSON], now: Timestamp,
        includeObject: IncludeObject = .metadata, version: String = "v1", metadata: JSON = [:],
        withColumns: Bool = true
    ) -> JSON {
        let columns = columns(of: resource)
        let rows = objects.map { object -> JSON in
            let shown = resource.stored(object)
            var row: JSON = ["cells": .array(columns.map { $0.cell(shown, now) })]
            switch includeObject {
            case .none: break
            case .metadata: row["object"] = partial(object, version)
            case .object: row["object"] = object
            }
            return row
        }
        let definitions = withColumns ? JSON.array(columns.map(\.definition)) : .null
        return [
            "kind": "Table", "apiVersion": .string("meta.k8s.io/\(version)"),
            "metadata": metadata, "columnDefinitions": definitions, "rows": .array(rows),
        ]
    }

    private static func partial(_ object: JSON, _ version: String) -> JSON {
        [
            "kind": "PartialObjectMetadata", "apiVersion": .string("meta.k8s.io/\(version)"),
            "metadata": object["metadata"] ?? [:],
        ]
    }

    static func columns(of resource: Resource) -> [TableColumn] {
        switch resource {
        case .services: serviceColumns
        case .endpoints: endpointsColumns
        case .endpointSlices: endpointSliceColumns
        case .pods: podColumns
        case .nodes: nodeColumns
        case .namespaces: namespaceColumns
        case .events, .groupEvents: eventColumns
        case .serviceCIDRs: serviceCIDRColumns
        case .ipAddresses: ipAddressColumns
        case .leases: leaseColumns
        case .tokens: tokenColumns
        case _: [.name, .age]
        }
    }
}

/// One column of a table: what it is called, and how a cell is made from an object.
struct TableColumn: Sendable {
    let name: String
    let type: String
    let format: String
    /// 0 is always shown; 1 by `-o wide` only.
    let priority: Int64
    let about: String
    let cell: @Sendable (JSON, Timestamp) -> JSON

    /// A column of text.
    init(
        _ name: String, wide: Bool = false, _ about: String,
        cell: @escaping @Sendable (JSON) -> String
    ) {
        self.init(name, wide: wide, about, ages: { object, _ in cell(object) })
    }

    /// A column of text that depends on the time.
    init(
        _ name: String, wide: Bool = false, _ about: String,
        ages cell: @escaping @Sendable (JSON, Timestamp) -> String
    ) {
        self.name = name
        type = "string"
        format = ""
        priority = wide ? 1 : 0
        self.about = about
        self.cell = { .string(cell($0, $1)) }
    }

    private init(
        _ name: String, type: String, format: String, wide: Bool, _ about: String,
        cell: @escaping @Sendable (JSON) -> JSON
    ) {
        self.name = name
        self.type = type
        self.format = format
        priority = wide ? 1 : 0
        self.about = about
        self.cell = { object, _ in cell(object) }
    }

    static let name = TableColumn.name(wide: false)

    static func name(wide: Bool) -> TableColumn {
        TableColumn(
            "Name", type: "string", format: "name", wide: wide, "Name of the object."
        ) { $0.value(at: "metadata", "name") ?? "" }
    }

    static func count(
        _ name: String, wide: Bool, _ about: String, cell: @escaping @Sendable (JSON) -> Int64
    ) -> TableColumn {
        TableColumn(name, type: "integer", format: "", wide: wide, about) { .integer(cell($0)) }
    }

    static let age = TableColumn(
        "Age", "Time since the object was created.",
        ages: { object, now in
            Age.text(since: object.value(at: "metadata", "creationTimestamp"), now: now)
        })

    var definition: JSON {
        [
            "name": .string(name), "type": .string(type), "format": .string(format),
            "description": .string(about), "priority": .integer(priority),
        ]
    }
}
