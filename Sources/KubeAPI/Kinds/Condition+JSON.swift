extension Condition {
    package init(json: JSON) {
        self.init(
            type: json.text("type"), status: json.text("status"),
            observedGeneration: json["observedGeneration"]?.integer,
            lastTransitionTime: json["lastTransitionTime"]?.string, reason: json.text("reason"),
            message: json.text("message"))
    }

    /// `reason` and `message` are there even if they are empty: typed clients insist on them.
    package var json: JSON {
        var members = Members()
        members.set("type", JSON.string(type))
        members.set("status", JSON.string(status))
        members.set("observedGeneration", given: observedGeneration)
        members.set("lastTransitionTime", given: lastTransitionTime)
        members.set("reason", JSON.string(reason))
        members.set("message", JSON.string(message))
        return members.json
    }
}
