import FoundationEssentials
package import KubeAPI
import Yams

/// One case of a file in Tests/Conformance, whose README says what the members mean.
package struct ConformanceCase: Sendable, CustomStringConvertible {
    package let id: String
    package let inputs: JSON
    package let expect: JSON
    /// The whole case.
    package let json: JSON

    package init(_ json: JSON) {
        id = json["id"]?.string ?? "(no id)"
        inputs = json["inputs"] ?? .null
        expect = json["expect"] ?? .null
        self.json = json
    }

    /// Where the project keeps its cases.
    package static let folder: String =
        "/" + "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/")
        + "/Conformance"

    /// The cases of a file; nil if it is not there or is no list of cases.
    package static func read(_ file: String) -> [ConformanceCase]? {
        guard let data = FileManager.default.contents(atPath: file),
            let yaml = JSON(yaml: String(decoding: data, as: UTF8.self))
        else { return nil }
        return yaml.array?.map(ConformanceCase.init)
    }

    /// The cases of `Tests/Conformance/<name>` that `isWanted` picks; a file that cannot be read is a failure of
    /// the test.
    package static func load(
        _ name: String, where isWanted: (ConformanceCase) -> Bool = { _ in true }
    ) -> [ConformanceCase] {
        guard let cases = read("\(folder)/\(name)") else {
            preconditionFailure("\(folder)/\(name) cannot be read")
        }
        return cases.filter(isWanted)
    }

    package var description: String { id }
}

extension JSON {
    /// Reads one YAML document; nil if it is none.
    package init?(yaml text: String) {
        guard let node = try? Yams.compose(yaml: text) else { return nil }
        self.init(node)
    }

    private init(_ node: Yams.Node) {
        switch node {
        case .scalar(let scalar): self = Self.value(of: scalar)
        case .sequence(let sequence): self = .array(sequence.map { JSON($0) })
        case .mapping(let mapping):
            self = .object(JSONObject(mapping.map { ($0.key.string ?? "", JSON($0.value)) }))
        case .alias: preconditionFailure("aliases are not used in the cases")
        }
    }

    private static func value(of scalar: Yams.Node.Scalar) -> JSON {
        guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
        switch scalar.string {
        case "", "~", "null": return .null
        case "true": return true
        case "false": return false
        default: break
        }
        if let integer = Int64(scalar.string) { return .integer(integer) }
        return .string(scalar.string)
    }
}
