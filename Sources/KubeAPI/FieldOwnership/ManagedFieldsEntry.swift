/// One entry of `metadata.managedFields`: a writer, and the fields that it owns (meta/v1 ManagedFieldsEntry).
package struct ManagedFieldsEntry: Sendable, Equatable {
    package enum Operation: String, Sendable {
        /// Server-side apply: what the writer does not apply again it gives up.
        case apply = "Apply"
        /// Every other write.
        case update = "Update"
    }

    /// Who writes, and how: entries that agree in it are one. An applier may change the version that it uses.
    package struct Writer: Sendable, Hashable {
        package var manager: String
        package var operation: Operation
        package var apiVersion: String
        /// "" for the main resource.
        package var subresource: String

        package init(
            manager: String, operation: Operation, apiVersion: String, subresource: String = ""
        ) {
            self.manager = manager
            self.operation = operation
            self.apiVersion = apiVersion
            self.subresource = subresource
        }

        package static func == (a: Writer, b: Writer) -> Bool {
            a.manager == b.manager && a.operation == b.operation && a.subresource == b.subresource
                && (a.operation == .apply || a.apiVersion == b.apiVersion)
        }

        package func hash(into hasher: inout Hasher) {
            hasher.combine(manager)
            hasher.combine(operation)
            hasher.combine(subresource)
        }
    }

    package var writer: Writer
    /// RFC 3339 text of when the fields changed last; nil if that is not known.
    package var time: String?
    package var fields: FieldSet
}

extension ManagedFieldsEntry {
    /// - Throws: for an entry that is not one, as `FieldSet.FieldsError`.
    package init(json: JSON) throws(FieldSet.FieldsError) {
        guard let operation = json["operation"]?.string.flatMap(Operation.init(rawValue:)),
            let apiVersion = json["apiVersion"]?.string, !apiVersion.isEmpty,
            json["fieldsType"]?.string == "FieldsV1"
        else { throw FieldSet.FieldsError() }
        writer = Writer(
            manager: json["manager"]?.string ?? "", operation: operation, apiVersion: apiVersion,
            subresource: json["subresource"]?.string ?? "")
        time = json["time"]?.string
        let fields = json["fieldsV1"] ?? .null
        self.fields = try fields.isNull ? FieldSet() : FieldSet(fieldsV1: fields)
    }

    package var json: JSON {
        var members: [(key: String, value: JSON)] = []
        if !writer.manager.isEmpty { members.append(("manager", .string(writer.manager))) }
        members.append(("operation", .string(writer.operation.rawValue)))
        members.append(("apiVersion", .string(writer.apiVersion)))
        if let time { members.append(("time", .string(time))) }
        members.append(("fieldsType", "FieldsV1"))
        members.append(("fieldsV1", fields.json))
        if !writer.subresource.isEmpty {
            members.append(("subresource", .string(writer.subresource)))
        }
        return .object(JSONObject(distinct: members))
    }

    /// Seconds since 1970; 0 if there is no time.
    var seconds: Int64 { time.flatMap { Timestamp($0) }?.secondsSinceEpoch ?? 0 }
}

extension ManagedFieldsEntry.Writer: CustomStringConvertible {
    /// As the messages of conflicts name a writer.
    package var description: String {
        var text = FieldElement.quoted(manager)
        if !subresource.isEmpty {
            text += " with subresource \(FieldElement.quoted(subresource))"
        }
        if operation == .update { text += " using \(apiVersion)" }
        return text
    }
}
