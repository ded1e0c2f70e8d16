/// Fields that an applier wants otherwise than writers who own them.
package struct ApplyConflict: Error, Sendable, Equatable {
    /// Which fields of which writer, in the order of the writers.
    package private(set) var owners: [(writer: ManagedFieldsEntry.Writer, fields: FieldSet)]

    package static func == (a: ApplyConflict, b: ApplyConflict) -> Bool {
        a.owners.elementsEqual(b.owners) { $0 == $1 }
    }

    init(_ owners: [(writer: ManagedFieldsEntry.Writer, fields: FieldSet)]) {
        self.owners = owners.sorted { a, b in
            (a.writer.manager, a.writer.operation.rawValue, a.writer.subresource)
                < (b.writer.manager, b.writer.operation.rawValue, b.writer.subresource)
        }
    }

    /// What is left when some fields may change; nil if nothing is.
    func subtracting(_ fields: FieldSet) -> ApplyConflict? {
        let rest = owners.map { ($0.writer, $0.fields.subtracting(fields)) }
            .filter { !$0.1.isEmpty }
        return rest.isEmpty ? nil : ApplyConflict(rest)
    }

    /// 409, with a cause for every field (apimachinery, NewApplyConflict).
    package var status: Status {
        var details = Status.Details()
        details.causes = owners.flatMap { owner in
            owner.fields.shownPaths.map {
                Status.Cause(
                    reason: "FieldManagerConflict", message: "conflict with \(owner.writer)",
                    field: $0)
            }
        }
        let count = details.causes.count
        if count == 1, let owner = owners.first {
            return Status(
                .conflict,
                "Apply failed with 1 conflict: conflict with \(owner.writer): "
                    + details.causes[0].field, details: details)
        }
        let lines = owners.flatMap { owner in
            ["conflicts with \(owner.writer):"] + owner.fields.shownPaths.map { "- \($0)" }
        }
        return Status(
            .conflict,
            "Apply failed with \(count) conflicts: \(lines.joined(separator: "\n"))",
            details: details)
    }
}

extension FieldSet {
    /// `.spec.ports[port=80,protocol="TCP"].targetPort` and the others.
    package var shownPaths: [String] {
        paths.map { $0.map(\.shown).joined() }
    }
}
