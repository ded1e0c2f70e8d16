import Foundation
import Testing
import Yams

@testable import KubeAPI

/// A case of Tests/Conformance/service_validation.yaml: what a kube-apiserver 1.36 answered to a write.
struct ConformanceCase: CustomTestStringConvertible {
    let id: String
    /// "create", "update" or "update-status".
    let operation: String
    /// The object to create, or the one that is there before an update.
    let object: JSON
    /// A merge patch (RFC 7386) of the stored object, which is sent as a whole.
    let merge: JSON
    /// The server of the case, or the one that took the first object, was older or had checks turned off.
    let hasOtherGates: Bool
    /// Answers that are right: sets of `field kind`, empty for valid.
    let accepted: [Set<String>]
    /// The HTTP status code.
    let code: Int64

    var testDescription: String { id }

    var resource: Resource? { Resource.all.first { $0.kind == object["kind"]?.string } }

    static let all: [ConformanceCase] = {
        let path = #filePath.replacing(
            "KubeAPITests/Validation/ConformanceCase.swift",
            with: "Conformance/service_validation.yaml")
        guard let text = try? String(contentsOfFile: path, encoding: .utf8),
            let node = try? compose(yaml: text), let cases = JSON(yaml: node).array
        else { return [] }
        return cases.map(ConformanceCase.init)
    }()

    private init(_ json: JSON) {
        let inputs = json["inputs"] ?? .null
        id = json["id"]?.string ?? ""
        operation = inputs["operation"]?.string ?? ""
        var object = inputs["manifest"] ?? inputs["initial"] ?? .null
        if let repetition = inputs["repeat"] { object.fill(repetition) }
        self.object = object
        merge = inputs["merge"] ?? .null
        hasOtherGates = inputs["featureGates"] != nil
        let expect = json["expect"] ?? .null
        code = expect["code"]?.integer ?? 0
        accepted = [expect, expect["also_accept"]].compactMap { $0 }.map { answer in
            Set((answer["errors"]?.array ?? []).map { "\($0.text("field")) \($0.text("kind"))" })
        }
    }
}

extension JSON {
    init(yaml node: Yams.Node) {
        switch node {
        case .mapping(let mapping):
            self = .object(JSONObject(mapping.map { ($0.string ?? "", JSON(yaml: $1)) }))
        case .sequence(let elements): self = .array(elements.map(JSON.init(yaml:)))
        case .scalar(let scalar):
            if scalar.style == .singleQuoted || scalar.style == .doubleQuoted {
                self = .string(scalar.string)
            } else if let number = node.int {
                self = .integer(Int64(number))
            } else if let flag = node.bool {
                self = .bool(flag)
            } else {
                self = node.null != nil ? .null : .string(scalar.string)
            }
        case .alias: self = .null
        }
    }

    /// Appends the items of a `repeat`: `count` copies of a template with `{i}` counted up.
    fileprivate mutating func fill(_ repetition: JSON) {
        let count = repetition["count"]?.integer ?? 0
        let items = (0..<count).map { index in
            (repetition["item"] ?? .null).counted(index)
        }
        switch repetition["path"]?.string {
        case "endpoints[0].addresses": self["endpoints"] = [["addresses": .array(items)]]
        case let path?: self[path] = .array(items)
        case nil: break
        }
    }

    private func counted(_ index: Int64) -> JSON {
        switch self {
        case .string(let text):
            .string(
                text.replacing("{i/250}", with: "\(index / 250)")
                    .replacing("{i%250+1}", with: "\(index % 250 + 1)")
                    .replacing("{i}", with: "\(index)"))
        case .array(let elements): .array(elements.map { $0.counted(index) })
        case .object(let members):
            .object(JSONObject(members.map { ($0.key, $0.value.counted(index)) }))
        case .null, .bool, .integer, .double: self
        }
    }

    /// The value after a merge patch (RFC 7386).
    func merged(with patch: JSON) -> JSON {
        guard let changes = patch.object else { return patch }
        var result: JSON = object == nil ? [:] : self
        for (key, change) in changes {
            result[key] = change.isNull ? nil : (result[key] ?? .null).merged(with: change)
        }
        return result
    }
}
