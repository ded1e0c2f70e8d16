extension Event: WritableKubeObject {
    package static var resource: Resource { .events }

    package init(json: JSON) {
        self.init(
            metadata: ObjectMeta(json: json["metadata"] ?? .null),
            involvedObject: ObjectReference(json: json["involvedObject"] ?? .null))
        reason = json.text("reason")
        message = json.text("message")
        source = Source(
            component: json.value(at: "source", "component")?.string ?? "",
            host: json.value(at: "source", "host")?.string ?? "")
        firstTimestamp = json["firstTimestamp"]?.string.flatMap(Timestamp.init)
        lastTimestamp = json["lastTimestamp"]?.string.flatMap(Timestamp.init)
        count = json["count"]?.integer ?? 0
        type = json.text("type")
        eventTime = json["eventTime"]?.string
        if let series = json["series"], series.object != nil {
            self.series = Series(
                count: series["count"]?.integer ?? 0,
                lastObservedTime: series["lastObservedTime"]?.string)
        }
        action = json.text("action")
        related = json["related"].flatMap { $0.object == nil ? nil : ObjectReference(json: $0) }
        reportingComponent = json.text("reportingComponent")
        reportingInstance = json.text("reportingInstance")
    }

    package var json: JSON {
        var members = Members(of: .events, metadata)
        members.set("involvedObject", involvedObject.json)
        members.set("reason", reason)
        members.set("message", message)
        members.set("source", source.json)
        members.set("firstTimestamp", given: firstTimestamp?.description)
        members.set("lastTimestamp", given: lastTimestamp?.description)
        members.set("count", count)
        members.set("type", type)
        members.set("eventTime", given: eventTime)
        if let series { members.set("series", series.json) }
        members.set("action", action)
        if let related { members.set("related", related.json) }
        members.set("reportingComponent", JSON.string(reportingComponent))
        members.set("reportingInstance", JSON.string(reportingInstance))
        return members.json
    }
}

extension Event.Source {
    var json: JSON {
        var members = Members()
        members.set("component", component)
        members.set("host", host)
        return members.json
    }
}

extension Event.Series {
    var json: JSON {
        var members = Members()
        members.set("count", count)
        members.set("lastObservedTime", given: lastObservedTime)
        return members.json
    }
}
