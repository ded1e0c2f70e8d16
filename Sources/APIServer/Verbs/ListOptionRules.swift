import KubeAPI

/// Which parameters of a list or a watch go together (apimachinery, pkg/apis/meta/internalversion/validation).
enum ListOptionRules {
    private static let match: FieldPath = "resourceVersionMatch"

    static func list(_ query: Query) -> [FieldError] {
        let match = query["resourceVersionMatch"] ?? ""
        let version = query["resourceVersion"] ?? ""
        var errors: [FieldError] = []
        if !match.isEmpty {
            if version.isEmpty {
                errors.append(forbidden("is forbidden unless resourceVersion is provided"))
            }
            errors += continued(query)
            if match != "Exact", match != "NotOlderThan" {
                errors.append(
                    .notSupported(Self.match, match, supported: ["Exact", "NotOlderThan", ""]))
            }
            if match == "Exact", version == "0" {
                errors.append(forbidden("\"exact\" is forbidden for resourceVersion \"0\""))
            }
        }
        if query["sendInitialEvents"] != nil {
            errors.append(
                .forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"))
        }
        return errors
    }

    static func watch(_ query: Query) -> [FieldError] {
        let match = query["resourceVersionMatch"] ?? ""
        let sendsInitial = query["sendInitialEvents"] != nil
        var errors: [FieldError] = []
        if sendsInitial, match != "NotOlderThan" {
            let why = "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
            errors.append(.forbidden(Self.match, why))
        }
        guard !match.isEmpty else { return errors }
        if !sendsInitial {
            errors.append(forbidden("is forbidden for watch unless sendInitialEvents is provided"))
        }
        if match != "NotOlderThan" {
            errors.append(.notSupported(Self.match, match, supported: ["NotOlderThan"]))
        }
        return errors + continued(query)
    }

    private static func continued(_ query: Query) -> [FieldError] {
        (query["continue"] ?? "").isEmpty
            ? [] : [forbidden("is forbidden when continue is provided")]
    }

    private static func forbidden(_ why: String) -> FieldError {
        .forbidden(match, "resourceVersionMatch \(why)")
    }
}

extension [FieldError] {
    /// Throws the 422 for options that are not valid, if there is an error.
    /// - Parameter kind: of meta.k8s.io, such as `ListOptions`.
    func check(_ kind: String) throws(Status) {
        if isEmpty { return }
        let options = Resource(
            group: "meta.k8s.io", plural: kind.lowercased(), singular: kind.lowercased(),
            kind: kind)
        throw .invalid(options, "", self)
    }
}
