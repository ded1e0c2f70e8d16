import KubeAPI
import Watching

/// Paths and queries of the Kubernetes API.
enum ResourcePath {
    /// `/api/v1/namespaces/default/services`; without a namespace the collection over all of them.
    static func collection(_ resource: Resource, namespace: String?) -> String {
        let root =
            resource.group.isEmpty
            ? "/api/\(resource.version)" : "/apis/\(resource.group)/\(resource.version)"
        guard resource.isNamespaced, let namespace, !namespace.isEmpty else {
            return "\(root)/\(resource.plural)"
        }
        return "\(root)/namespaces/\(escape(namespace))/\(resource.plural)"
    }

    static func object(
        _ resource: Resource, _ name: ObjectName, subresource: String? = nil
    ) -> String {
        let path =
            collection(resource, namespace: name.namespace) + "/" + escape(name.name)
        return subresource.map { "\(path)/\($0)" } ?? path
    }

    /// `?a=b&c=d`, escaped, leaving out empty values; "" where nothing is left.
    static func query(_ items: [(String, String)]) -> String {
        let parts = items.filter { !$0.1.isEmpty }.map { "\($0.0)=\(escape($0.1))" }
        return parts.isEmpty ? "" : "?" + parts.joined(separator: "&")
    }

    /// Percent-encodes all but the unreserved characters of RFC 3986.
    static func escape(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                result += hex.count == 1 ? "%0\(hex)" : "%\(hex)"
            }
        }
        return result
    }
}
