/// `metadata.managedFields`: which writer owns which fields of an object.
package struct ManagedFields: Sendable, Equatable {
    package private(set) var entries: [ManagedFieldsEntry]

    package init(_ entries: [ManagedFieldsEntry] = []) { self.entries = entries }

    package var isEmpty: Bool { entries.isEmpty }

    /// The fields of a writer. Setting nothing removes its entry.
    package subscript(writer: ManagedFieldsEntry.Writer) -> FieldSet? {
        get { entries.first { $0.writer == writer }?.fields }
        set {
            let index = entries.firstIndex { $0.writer == writer }
            switch (index, newValue?.isEmpty == false ? newValue : nil) {
            case (let index?, let fields?):
                entries[index].fields = fields
                entries[index].writer = writer
            case (let index?, nil): entries.remove(at: index)
            case (nil, let fields?):
                entries.append(ManagedFieldsEntry(writer: writer, time: nil, fields: fields))
            case (nil, nil): break
            }
        }
    }

    mutating func setTime(_ time: String, of writer: ManagedFieldsEntry.Writer) {
        guard let index = entries.firstIndex(where: { $0.writer == writer }) else { return }
        entries[index].time = time
    }

    /// Takes fields from all writers but one.
    mutating func subtract(
        _ fields: FieldSet, from others: (ManagedFieldsEntry.Writer) -> Bool
    ) {
        if fields.isEmpty { return }
        for index in entries.indices where others(entries[index].writer) {
            entries[index].fields = entries[index].fields.subtracting(fields)
        }
        entries.removeAll { $0.fields.isEmpty }
    }
}

// MARK: - JSON

extension ManagedFields {
    /// - Parameter json: `metadata.managedFields`; nil if there is none.
    /// - Throws: where one of the entries is none.
    package init(json: JSON?) throws(FieldSet.FieldsError) {
        entries = []
        for json in json?.array ?? [] {
            let entry = try ManagedFieldsEntry(json: json)
            entries.removeAll { $0.writer == entry.writer }
            entries.append(entry)
        }
    }

    /// nil if nobody owns anything. Appliers come first, then the elder entries.
    package var json: JSON? {
        if entries.isEmpty { return nil }
        let sorted = entries.map { (entry: $0, seconds: $0.seconds) }.sorted { a, b in
            let (first, second) = (a.entry.writer, b.entry.writer)
            if first.operation != second.operation { return first.operation == .apply }
            if a.seconds != b.seconds { return a.seconds < b.seconds }
            return (first.manager, first.apiVersion, first.subresource)
                < (second.manager, second.apiVersion, second.subresource)
        }
        return .array(sorted.map(\.entry.json))
    }

    /// Whether a client asks to forget who owns what: an empty list, or one with an empty entry.
    static func isReset(_ json: JSON?) -> Bool {
        guard let entries = json?.array else { return false }
        return entries.isEmpty || (entries.count == 1 && entries[0].object?.isEmpty == true)
    }

    /// The same but for the times.
    package static func areEqual(_ a: JSON?, _ b: JSON?) -> Bool {
        func timeless(_ json: JSON?) -> [JSON] {
            (json?.array ?? []).map { entry in
                var entry = entry
                entry["time"] = nil
                return entry
            }
        }
        return a == b || timeless(a) == timeless(b)
    }
}

// MARK: - Limit

extension ManagedFields {
    /// So many entries of updates are kept; beyond that the eldest are put together.
    private static let updateLimit = 10
    private static let ancient = "ancient-changes"

    mutating func mergeAncient() {
        let updates = entries.filter { $0.writer.operation == .update }
        var surplus = updates.count - Self.updateLimit
        guard surplus > 0 else { return }
        let byAge = updates.map { (entry: $0, seconds: $0.seconds) }.sorted { a, b in
            a.seconds != b.seconds
                ? a.seconds < b.seconds : a.entry.writer.manager < b.entry.writer.manager
        }
        var eldest: [String: ManagedFieldsEntry] = [:]
        for (entry, _) in byAge where surplus > 0 {
            let version = entry.writer.apiVersion
            guard let first = eldest[version] else {
                eldest[version] = entry
                continue
            }
            let bucket = ManagedFieldsEntry.Writer(
                manager: Self.ancient, operation: .update, apiVersion: version)
            guard entry.writer != bucket else { continue }
            if self[bucket] == nil {
                self[first.writer] = nil
                self[bucket] = first.fields
            }
            let fields = entry.fields.union(self[bucket] ?? FieldSet())
            self[entry.writer] = nil
            self[bucket] = fields
            if let time = entry.time { setTime(time, of: bucket) }
            surplus -= 1
        }
    }
}
