/// Kubernetes' `$(NAME)` in commands and arguments.
enum VariableExpansion {
    /// Replaces `$(NAME)` by the variable's value; a name that is not there stays as it is, `$$` is one `$`.
    static func expand(_ text: String, _ variables: [String: String]) -> String {
        let bytes = Array(text.utf8)
        let dollar = UInt8(ascii: "$")
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            guard bytes[index] == dollar, index + 1 < bytes.count else {
                result.append(bytes[index])
                index += 1
                continue
            }
            switch bytes[index + 1] {
            case dollar:
                result.append(dollar)
                index += 2
            case UInt8(ascii: "("):
                guard let end = bytes[index...].firstIndex(of: UInt8(ascii: ")")) else {
                    result += bytes[index...]
                    return String(decoding: result, as: UTF8.self)
                }
                let name = String(decoding: bytes[(index + 2)..<end], as: UTF8.self)
                result += variables[name].map { Array($0.utf8) } ?? Array(bytes[index...end])
                index = end + 1
            default:
                result.append(dollar)
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
