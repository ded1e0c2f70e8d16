extension Table {
    static let eventColumns: [TableColumn] = [
        TableColumn(
            "Last Seen", "Time since it was seen last.",
            ages: { Age.text(since: lastSeen($0), now: $1) }),
        TableColumn("Type", "Normal or Warning.") { $0.text("type") },
        TableColumn("Reason", "What happened, as one word.") { $0.text("reason") },
        TableColumn("Object", "The object that it is about.") { event in
            let kind = event.text("involvedObject", "kind").lowercased()
            let name = event.text("involvedObject", "name")
            return name.isEmpty ? kind : "\(kind)/\(name)"
        },
        TableColumn("Subobject", wide: true, "The part of the object that it is about.") {
            $0.text("involvedObject", "fieldPath")
        },
        TableColumn("Source", wide: true, "Who saw it.", cell: source),
        TableColumn("Message", "What happened, for people.") { trimmed($0.text("message")) },
        TableColumn(
            "First Seen", wide: true, "Time since it was seen first.",
            ages: { Age.text(since: firstSeen($0), now: $1) }),
        .count("Count", wide: true, "How often it was seen.", cell: count),
        .name(wide: true),
    ]

    private static func firstSeen(_ event: JSON) -> JSON? {
        time(event["firstTimestamp"]) ?? time(event["eventTime"])
    }

    private static func lastSeen(_ event: JSON) -> JSON? {
        time(event.value(at: "series", "lastObservedTime")) ?? time(event["lastTimestamp"])
            ?? firstSeen(event)
    }

    private static func time(_ value: JSON?) -> JSON? {
        guard let value, value.string != nil else { return nil }
        return value
    }

    private static func count(_ event: JSON) -> Int64 {
        let count = event.value(at: "series", "count")?.integer ?? event["count"]?.integer ?? 0
        return max(count, 1)
    }

    private static func source(_ event: JSON) -> String {
        let component = event.text("source", "component")
        let host = event.text("source", "host")
        let name = component.isEmpty ? event.text("reportingComponent") : component
        let instance = host.isEmpty ? event.text("reportingInstance") : host
        return instance.isEmpty ? name : "\(name), \(instance)"
    }

    private static func trimmed(_ text: String) -> String {
        let isSpace = { (character: Character) in character.isWhitespace }
        let tail = text.drop(while: isSpace)
        return String(tail.prefix(tail.count - tail.reversed().prefix(while: isSpace).count))
    }
}
