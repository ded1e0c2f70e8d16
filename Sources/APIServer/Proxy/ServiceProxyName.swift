import KubeAPI

/// Which port of which Service a proxied request means: `name`, `name:port` or `scheme:name:port` (apimachinery,
/// pkg/util/net/port_split.go).
struct ServiceProxyName: Equatable, Sendable {
    /// http or https.
    var isTLS = false
    var name: String
    /// A name or number of a port of the Service; "" for the port without a name.
    var port = ""

    init(parsing text: String) throws(Status) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        switch parts.count {
        case 1: name = parts[0]
        case 2: (name, port) = (parts[0], parts[1])
        case 3 where ["", "http", "https"].contains(parts[0]):
            (isTLS, name, port) = (parts[0] == "https", parts[1], parts[2])
        default: name = ""
        }
        if name.isEmpty { throw .badRequest("invalid service request \"\(text)\"") }
    }
}
