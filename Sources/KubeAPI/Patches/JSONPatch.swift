/// A JSON patch (RFC 6902): operations that are done in their order, all or none.
struct JSONPatch: Sendable, Equatable {
    enum Operation: Sendable, Equatable {
        case add(JSONPointer, JSON)
        case remove(JSONPointer)
        case replace(JSONPointer, JSON)
        case move(from: JSONPointer, to: JSONPointer)
        case copy(from: JSONPointer, to: JSONPointer)
        case test(JSONPointer, JSON)
    }

    let operations: [Operation]

    /// More operations than this are refused with 413.
    static let operationLimit = 10_000
    /// What the `copy` operations of one patch may copy together, in bytes.
    static let copyLimit = 3 << 20

    init(parsing json: JSON) throws(Status) {
        guard let elements = json.array else {
            throw .badRequest("error decoding patch: a JSON patch must be an array of operations")
        }
        guard elements.count <= Self.operationLimit else {
            throw Status(
                .requestEntityTooLarge,
                "The allowed maximum operations in a JSON patch is \(Self.operationLimit), got \(elements.count)"
            )
        }
        var operations: [Operation] = []
        operations.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            operations.append(try Self.operation(element, at: index))
        }
        self.operations = operations
    }

    /// What strict decoding says of members that no operation has: `unknown field "[0].foo"`.
    static func unknownMembers(of operations: JSON) -> [String] {
        let known: Set = ["op", "path", "from", "value"]
        return (operations.array ?? []).enumerated().flatMap { index, operation in
            (operation.object?.keys ?? []).filter { !known.contains($0) }
                .map { "unknown field \"[\(index)].\($0)\"" }
        }
    }

    private static func operation(_ json: JSON, at index: Int) throws(Status) -> Operation {
        func pointer(_ member: String) throws(Status) -> JSONPointer {
            guard let pointer = json[member]?.string.flatMap(JSONPointer.init) else {
                throw .badRequest(
                    "error decoding patch: operation \(index): \"\(member)\" must be a JSON pointer"
                )
            }
            return pointer
        }
        func value() throws(Status) -> JSON {
            guard let value = json["value"] else {
                throw .badRequest("error decoding patch: operation \(index): \"value\" is missing")
            }
            return value
        }
        switch json["op"]?.string {
        case "add": return .add(try pointer("path"), try value())
        case "remove": return .remove(try pointer("path"))
        case "replace": return .replace(try pointer("path"), try value())
        case "move": return .move(from: try pointer("from"), to: try pointer("path"))
        case "copy": return .copy(from: try pointer("from"), to: try pointer("path"))
        case "test": return .test(try pointer("path"), try value())
        case let other:
            throw .badRequest(
                "error decoding patch: operation \(index): unknown \"op\" \"\(other ?? "")\"")
        }
    }

    func apply(to object: JSON) throws(Status) -> JSON {
        var result = object
        var copied = 0
        for operation in operations {
            try Self.apply(operation, to: &result, copied: &copied)
        }
        return result
    }

    private static func apply(
        _ operation: Operation, to result: inout JSON, copied: inout Int
    ) throws(Status) {
        switch operation {
        case .add(let path, let value): try result.add(value, at: path, for: "add")
        case .remove(let path): _ = try result.remove(at: path, for: "remove")
        case .replace(let path, let value): try result.replace(at: path, with: value)
        case .move(let from, let to):
            guard !from.isPrefix(of: to) || from == to else {
                throw .unfitPatch("move operation does not apply: \(from) cannot move into itself")
            }
            let value = try result.remove(at: from, for: "move")
            try result.add(value, at: to, for: "move")
        case .copy(let from, let to):
            guard let value = result[pointer: from] else {
                throw .missing(from, for: "copy")
            }
            copied += value.size
            guard copied <= copyLimit else {
                throw .unfitPatch(
                    "copy operation does not apply: the copies exceed \(copyLimit) bytes")
            }
            try result.add(value, at: to, for: "copy")
        case .test(let path, let value):
            // An absent member passes a test for null, as in kube-apiserver.
            guard (result[pointer: path] ?? .null) == value else {
                throw .unfitPatch("testing value \(path) failed: test failed")
            }
        }
    }
}

extension Status {
    fileprivate static func missing(_ path: JSONPointer, for operation: String) -> Status {
        .unfitPatch(
            "\(operation) operation does not apply: doc is missing path: \"\(path)\": missing value"
        )
    }
}

extension JSON {
    fileprivate mutating func add(
        _ value: JSON, at path: JSONPointer, for operation: String
    ) throws(Status) {
        guard path.tokens.count + value.depth <= JSON.depthLimit else {
            throw .unfitPatch("\(operation) operation does not apply: exceeded max depth")
        }
        let done = edit(path.tokens[...]) { parent, token in
            guard let token else {
                parent = value
                return true
            }
            return parent.insert(value, at: token)
        }
        guard done else { throw .missing(path, for: operation) }
    }

    fileprivate mutating func replace(at path: JSONPointer, with value: JSON) throws(Status) {
        guard self[pointer: path] != nil else { throw .missing(path, for: "replace") }
        guard path.tokens.count + value.depth <= JSON.depthLimit else {
            throw .unfitPatch("replace operation does not apply: exceeded max depth")
        }
        _ = edit(path.tokens[...]) { parent, token in
            guard let token else {
                parent = value
                return true
            }
            return parent.put(value, at: token)
        }
    }

    fileprivate mutating func remove(
        at path: JSONPointer, for operation: String
    ) throws(Status) -> JSON {
        guard let old = self[pointer: path] else { throw .missing(path, for: operation) }
        guard !path.tokens.isEmpty else {
            throw .unfitPatch("\(operation) operation does not apply: the whole object cannot go")
        }
        _ = edit(path.tokens[...]) { parent, token in parent.put(nil, at: token ?? "") }
        return old
    }

    /// Calls `change` with the value that holds the last step of a path, and that step (nil for an empty path).
    /// False if the way there does not exist, or `change` said so.
    private mutating func edit(
        _ tokens: ArraySlice<String>, _ change: (inout JSON, String?) -> Bool
    ) -> Bool {
        guard let token = tokens.first else { return change(&self, nil) }
        if tokens.count == 1 { return change(&self, token) }
        switch self {
        case .object(var members):
            guard var next = members[token] else { return false }
            self = .null
            members[token] = .null
            let done = next.edit(tokens.dropFirst(), change)
            members[token] = next
            self = .object(members)
            return done
        case .array(var elements):
            guard let index = JSONPointer.index(token, count: elements.count) else { return false }
            self = .null
            let done = elements[index].edit(tokens.dropFirst(), change)
            self = .array(elements)
            return done
        case .null, .bool, .integer, .double, .string: return false
        }
    }

    /// Adds a member, or an element before the one at an index; `-` is the end.
    private mutating func insert(_ value: JSON, at token: String) -> Bool {
        guard case .array(var elements) = self else { return put(value, at: token) }
        if token == "-" {
            elements.append(value)
        } else if let index = JSONPointer.index(token, count: elements.count + 1) {
            elements.insert(value, at: index)
        } else {
            return false
        }
        self = .array(elements)
        return true
    }

    /// Sets (or with nil removes) a member or an element.
    private mutating func put(_ value: JSON?, at token: String) -> Bool {
        switch self {
        case .object(var members):
            members[token] = value
            self = .object(members)
            return true
        case .array(var elements):
            guard let index = JSONPointer.index(token, count: elements.count) else { return false }
            if let value { elements[index] = value } else { elements.remove(at: index) }
            self = .array(elements)
            return true
        case .null, .bool, .integer, .double, .string: return false
        }
    }
}
