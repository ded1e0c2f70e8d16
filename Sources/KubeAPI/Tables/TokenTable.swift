extension Table {
    static let tokenColumns: [TableColumn] = [
        .name,
        TableColumn("Role", "What it allows.") { $0.text("spec", "role") },
        TableColumn("Namespace", "Where it allows that; * is everywhere.") {
            $0.value(at: "spec", "namespace")?.string ?? "*"
        },
        TableColumn(
            "Expires", "How long it is valid.",
            ages: { token, now in
                guard let end = Token(json: token).expiration else { return "never" }
                let seconds = end.secondsSinceEpoch - now.secondsSinceEpoch
                return seconds > 0 ? Age.text(seconds: seconds) : "expired"
            }),
        .age,
    ]
}
