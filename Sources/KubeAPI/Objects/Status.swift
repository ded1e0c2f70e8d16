/// A `Status` of kind failure (meta/v1): every error that the API answers.
package struct Status: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Reason: String, Sendable {
        case badRequest = "BadRequest"
        case unauthorized = "Unauthorized"
        case forbidden = "Forbidden"
        case notFound = "NotFound"
        case methodNotAllowed = "MethodNotAllowed"
        case notAcceptable = "NotAcceptable"
        case alreadyExists = "AlreadyExists"
        case conflict = "Conflict"
        case gone = "Gone"
        case expired = "Expired"
        case requestEntityTooLarge = "RequestEntityTooLarge"
        case unsupportedMediaType = "UnsupportedMediaType"
        case invalid = "Invalid"
        case tooManyRequests = "TooManyRequests"
        case internalError = "InternalError"
        case serviceUnavailable = "ServiceUnavailable"
        case timeout = "Timeout"
        /// An error without a reason, 500.
        case unknown = ""

        /// The HTTP status code.
        package var code: Int {
            switch self {
            case .badRequest: 400
            case .unauthorized: 401
            case .forbidden: 403
            case .notFound: 404
            case .methodNotAllowed: 405
            case .notAcceptable: 406
            case .alreadyExists, .conflict: 409
            case .gone, .expired: 410
            case .requestEntityTooLarge: 413
            case .unsupportedMediaType: 415
            case .invalid: 422
            case .tooManyRequests: 429
            case .internalError, .unknown: 500
            case .serviceUnavailable: 503
            case .timeout: 504
            }
        }
    }

    /// `details.causes[]`: one field error of an Invalid answer.
    package struct Cause: Equatable, Sendable {
        package var reason: String
        package var message: String
        package var field: String

        package init(reason: String, message: String, field: String) {
            self.reason = reason
            self.message = message
            self.field = field
        }
    }

    /// `details`.
    package struct Details: Equatable, Sendable {
        package var name = ""
        package var group = ""
        package var kind = ""
        package var uid = ""
        package var causes: [Cause] = []
        package var retryAfterSeconds = 0

        package init(name: String = "", group: String = "", kind: String = "") {
            self.name = name
            self.group = group
            self.kind = kind
        }
    }

    package var reason: Reason
    package var message: String
    package var details: Details
    /// `metadata.continue` of an expired list: asks for the rest of it, which is no longer of one state.
    package var continueToken = ""

    package init(_ reason: Reason, _ message: String, details: Details = Details()) {
        self.reason = reason
        self.message = message
        self.details = details
    }

    package var description: String { message }
}

extension Status {
    package static func notFound(_ resource: Resource, _ name: String) -> Status {
        Status(
            .notFound, "\(resource.qualifiedName) \"\(name)\" not found",
            details: Details(name: name, group: resource.group, kind: resource.plural))
    }

    package static func alreadyExists(_ resource: Resource, _ name: String) -> Status {
        Status(
            .alreadyExists, "\(resource.qualifiedName) \"\(name)\" already exists",
            details: Details(name: name, group: resource.group, kind: resource.plural))
    }

    /// A write lost against another one, or a precondition does not hold.
    package static func conflict(
        _ resource: Resource, _ name: String,
        _ why: String =
            "the object has been modified; please apply your changes to the latest version and try again"
    ) -> Status {
        Status(
            .conflict,
            "Operation cannot be fulfilled on \(resource.qualifiedName) \"\(name)\": \(why)",
            details: Details(name: name, group: resource.group, kind: resource.plural))
    }

    package static func badRequest(_ message: String) -> Status { Status(.badRequest, message) }
}

extension Status {
    package var json: JSON {
        var body: JSON = [
            "kind": "Status", "apiVersion": "v1",
            "metadata": continueToken.isEmpty ? [:] : ["continue": .string(continueToken)],
            "status": "Failure", "message": .string(message),
        ]
        if reason != .unknown { body["reason"] = .string(reason.rawValue) }
        var members: JSON = [:]
        if !details.name.isEmpty { members["name"] = .string(details.name) }
        if !details.group.isEmpty { members["group"] = .string(details.group) }
        if !details.kind.isEmpty { members["kind"] = .string(details.kind) }
        if !details.uid.isEmpty { members["uid"] = .string(details.uid) }
        if !details.causes.isEmpty {
            members["causes"] = .array(
                details.causes.map { cause in
                    var members: JSON = [
                        "reason": .string(cause.reason), "message": .string(cause.message),
                    ]
                    if !cause.field.isEmpty { members["field"] = .string(cause.field) }
                    return members
                })
        }
        if details.retryAfterSeconds > 0 {
            members["retryAfterSeconds"] = .integer(Int64(details.retryAfterSeconds))
        }
        if members.object?.isEmpty == false { body["details"] = members }
        body["code"] = .integer(Int64(reason.code))
        return body
    }

    /// Reads a Status that a server answered; nil if it is not one.
    package init?(json: JSON) {
        guard json["kind"]?.string == "Status" else { return nil }
        let reason = json["reason"]?.string.flatMap(Reason.init(rawValue:)) ?? .internalError
        var details = Details(
            name: json.value(at: "details", "name")?.string ?? "",
            group: json.value(at: "details", "group")?.string ?? "",
            kind: json.value(at: "details", "kind")?.string ?? "")
        details.uid = json.value(at: "details", "uid")?.string ?? ""
        details.causes = (json.value(at: "details", "causes")?.array ?? []).map {
            Cause(
                reason: $0["reason"]?.string ?? "", message: $0["message"]?.string ?? "",
                field: $0["field"]?.string ?? "")
        }
        details.retryAfterSeconds = Int(
            json.value(at: "details", "retryAfterSeconds")?.integer ?? 0)
        self.init(reason, json["message"]?.string ?? reason.rawValue, details: details)
        continueToken = json.value(at: "metadata", "continue")?.string ?? ""
    }
}
