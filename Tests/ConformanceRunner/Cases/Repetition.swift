import KubeAPI

/// `repeat` of a case: a long list, made of a template with `{i}` counted from 0.
struct Repetition {
    private let path: [Substring]
    private let items: [JSON]

    init(_ json: JSON) {
        path = (json["path"]?.string ?? "").split { ".[]".contains($0) }
        let template = json["item"] ?? .null
        items = (0..<(json["count"]?.integer ?? 0)).map { Self.filled(template, $0) }
    }

    /// Puts the list where the path says, making what is missing on the way.
    func apply(to object: JSON) -> JSON { Self.placed(.array(items), at: path[...], in: object) }

    private static func placed(_ list: JSON, at path: ArraySlice<Substring>, in value: JSON) -> JSON
    {
        guard let step = path.first else { return list }
        let rest = path.dropFirst()
        guard let index = Int(step) else {
            var object: JSON = value.object == nil ? [:] : value
            object[String(step)] = placed(list, at: rest, in: object[String(step)] ?? .null)
            return object
        }
        var elements = value.array ?? []
        while elements.count <= index { elements.append([:]) }
        elements[index] = placed(list, at: rest, in: elements[index])
        return .array(elements)
    }

    private static func filled(_ template: JSON, _ index: Int64) -> JSON {
        switch template {
        case .string(let text): .string(filled(text, index))
        case .array(let elements): .array(elements.map { filled($0, index) })
        case .object(let members):
            .object(JSONObject(members.map { ($0.key, filled($0.value, index)) }))
        case .null, .bool, .integer, .double: template
        }
    }

    /// Each `{…}` holds `i` and integer operations from left to right: `{i}`, `{i/250}`, `{i%250+1}`.
    private static func filled(_ text: String, _ index: Int64) -> String {
        var result = ""
        for (position, part) in text.split(separator: "{", omittingEmptySubsequences: false)
            .enumerated()
        {
            guard position > 0, let end = part.firstIndex(of: "}"),
                let value = computed(part[..<end], index)
            else {
                result += (position > 0 ? "{" : "") + part
                continue
            }
            result += "\(value)" + part[part.index(after: end)...]
        }
        return result
    }

    private static func computed(_ expression: Substring, _ index: Int64) -> Int64? {
        guard expression.first == "i" else { return nil }
        var value = index
        var rest = expression.dropFirst()
        while let operation = rest.popFirst() {
            let digits = rest.prefix(while: \.isNumber)
            guard let operand = Int64(digits), operand > 0 else { return nil }
            rest = rest.dropFirst(digits.count)
            switch operation {
            case "/": value /= operand
            case "%": value %= operand
            case "+": value += operand
            case "-": value -= operand
            case "*": value *= operand
            default: return nil
            }
        }
        return value
    }
}
