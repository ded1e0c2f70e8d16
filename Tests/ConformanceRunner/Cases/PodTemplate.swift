import KubeAPI

/// `repeat` of a step: many Pods, described in words such as `p{i:04d} at 10.244.{1+i/250}.{i%250+1} on node-a,
/// labels app=api, ready`.
struct PodTemplate: Sendable {
    let count: Int
    private let name: String
    private let address: String
    private let node: String
    private let labels: JSON
    private let isReady: Bool

    init(_ json: JSON) throws {
        let text = json["template"]?.string ?? ""
        let parts = text.split(separator: ", ").map(String.init)
        let words = parts.first?.split(separator: " ").map(String.init) ?? []
        guard words.count == 5, words[1] == "at", words[3] == "on" else {
            throw Failure("template \(text) is not known")
        }
        (name, address, node) = (words[0], words[2], words[4])
        count = Int(json["pods"]?.integer ?? 0)
        var labels: JSON = [:]
        var isReady = false
        for part in parts.dropFirst() {
            switch part {
            case "ready": isReady = true
            case "not ready": isReady = false
            case let part where part.hasPrefix("labels "):
                for pair in part.dropFirst("labels ".count).split(separator: " ") {
                    let sides = pair.split(separator: "=", maxSplits: 1)
                    guard sides.count == 2 else { throw Failure("label \(pair)") }
                    labels[String(sides[0])] = .string(String(sides[1]))
                }
            default: throw Failure("\(part) of a template is not known")
            }
        }
        self.labels = labels
        self.isReady = isReady
    }

    /// The Pod of that number, counted from 0.
    func pod(_ index: Int) throws -> JSON {
        let address = JSON.string(try Self.filled(address, index))
        return [
            "apiVersion": "v1", "kind": "Pod",
            "metadata": ["name": .string(try Self.filled(name, index)), "labels": labels],
            "spec": [
                "nodeName": .string(node), "containers": [["name": "c", "image": "img"]],
            ],
            "status": [
                "phase": "Running", "podIP": address, "podIPs": [["ip": address]],
                "conditions": [["type": "Ready", "status": isReady ? "True" : "False"]],
            ],
        ]
    }

    /// The Pod of that name.
    func pod(named wanted: String) throws -> JSON {
        for index in 0...count + 1000 where try Self.filled(name, index) == wanted {
            return try pod(index)
        }
        throw Failure("no Pod of the template is \(wanted)")
    }

    /// Puts values in the place of `{…}`: a sum of products of `i` and numbers, and `:04d` for leading zeros.
    private static func filled(_ text: String, _ index: Int) throws -> String {
        var result = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            result += rest[..<open]
            let parts = rest[rest.index(after: open)..<close].split(separator: ":")
            guard let expression = parts.first, let value = sum(expression, index) else {
                throw Failure("\(text) cannot be read")
            }
            let width = parts.count > 1 ? Int(parts[1].filter(\.isNumber)) ?? 0 : 0
            let digits = String(value)
            result += String(repeating: "0", count: max(0, width - digits.count)) + digits
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }

    private static func sum(_ text: Substring, _ index: Int) -> Int? {
        var total = 0
        for term in text.split(separator: "+") {
            guard let value = product(term, index) else { return nil }
            total += value
        }
        return total
    }

    private static func product(_ term: Substring, _ index: Int) -> Int? {
        var value: Int?
        var operation: Character = "*"
        var rest = term
        while !rest.isEmpty {
            let word = rest.prefix { $0 == "i" || $0.isNumber }
            guard let number = word == "i" ? index : Int(word) else { return nil }
            switch (value, operation) {
            case (nil, _): value = number
            case (let left?, "*"): value = left * number
            case (let left?, "/") where number > 0: value = left / number
            case (let left?, "%") where number > 0: value = left % number
            default: return nil
            }
            rest = rest.dropFirst(word.count)
            if let next = rest.popFirst() { operation = next }
        }
        return value
    }
}
