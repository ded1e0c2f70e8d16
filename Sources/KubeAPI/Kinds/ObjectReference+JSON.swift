extension ObjectReference {
    package init(json: JSON) {
        self.init(
            kind: json.text("kind"), namespace: json.text("namespace"), name: json.text("name"),
            uid: json.text("uid"))
        apiVersion = json.text("apiVersion")
        resourceVersion = json.text("resourceVersion")
        fieldPath = json.text("fieldPath")
    }

    package var json: JSON {
        var members = Members()
        members.set("kind", kind)
        members.set("namespace", namespace)
        members.set("name", name)
        members.set("uid", uid)
        members.set("apiVersion", apiVersion)
        members.set("resourceVersion", resourceVersion)
        members.set("fieldPath", fieldPath)
        return members.json
    }
}
