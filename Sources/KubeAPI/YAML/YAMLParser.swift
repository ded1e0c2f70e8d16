/// A recursive-descent parser of block style; flow style and scalars are in extensions.
struct YAMLParser {
    var scanner: YAMLScanner
    private(set) var duplicates: [YAML.Duplicate] = []
    private var anchors: [String: (value: JSON, size: Int)] = [:]
    private var depth = 0
    /// Values made so far, each repetition by an alias counted.
    private(set) var size = 0

    private static let sizeLimit = 1_000_000
    private static let depthLimit = 200

    init(_ scanner: YAMLScanner) { self.scanner = scanner }

    mutating func document() throws(YAMLError) -> JSON {
        scanner.skipToContent()
        while scanner.column == 0, scanner.current == UInt8(ascii: "%") {
            scanner.skipToLineEnd()
            scanner.skipToContent()
        }
        if scanner.isAtDocumentMark, scanner.current == UInt8(ascii: "-") { scanner.advance(3) }
        let value = try node(parent: -1, isInline: false)
        scanner.skipToContent()
        guard scanner.isAtEnd || scanner.isAtDocumentMark else {
            throw scanner.failure("did not find expected <document start>")
        }
        return value
    }

    /// What a value is introduced by.
    struct Properties {
        var anchor: String?
        var tag: String?
    }

    /// The value at the scanner, or on the lines that follow and are deeper than `parent`.
    ///
    /// - Parameters:
    ///   - isInline: it follows a key on its line, where no mapping may begin.
    ///   - allowsSequence: a sequence may stand as deep as its parent, which is a mapping.
    mutating func node(
        parent: Int, isInline: Bool, allowsSequence: Bool = false
    ) throws(YAMLError) -> JSON {
        try descend()
        defer { depth -= 1 }
        let line = scanner.line
        var properties = Properties()
        try read(&properties)
        scanner.skipToContent()
        let isBelow = scanner.line > line
        if isBelow || scanner.isAtEnd {
            let isDash = scanner.isAt(UInt8(ascii: "-"), followedByBreak: true)
            let isDeep =
                scanner.column > parent
                || (allowsSequence && isDash && scanner.column == parent)
            guard !scanner.isAtEnd, !scanner.isAtDocumentMark, isDeep else {
                return try finish(properties.tag == "!!str" ? "" : .null, properties)
            }
            try read(&properties)
        } else if scanner.isAtDocumentMark {
            return try finish(.null, properties)
        }
        let value = try content(
            parent: parent, startsBlock: isBelow || !isInline, properties)
        return try finish(value, properties)
    }

    private mutating func content(
        parent: Int, startsBlock: Bool, _ properties: Properties
    ) throws(YAMLError) -> JSON {
        let column = scanner.column
        if scanner.isAt(UInt8(ascii: "-"), followedByBreak: true) {
            guard startsBlock else {
                throw scanner.failure("block sequence entries are not allowed in this context")
            }
            return try sequence(column)
        }
        if scanner.isAt(UInt8(ascii: "?"), followedByBreak: true) {
            throw scanner.failure("complex mapping keys are not supported")
        }
        if let isMapping = keyFollows(), isMapping {
            guard startsBlock else {
                throw scanner.failure("mapping values are not allowed in this context")
            }
            return try mapping(column)
        }
        switch scanner.current {
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            let value = try flow()
            try endOfLine()
            return value
        case UInt8(ascii: "|"), UInt8(ascii: ">"):
            return .string(try blockScalar(parent: parent))
        case UInt8(ascii: "*"):
            let value = try alias()
            try endOfLine()
            return value
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            let text = try quoted()
            try endOfLine()
            return .string(text)
        default:
            return Self.resolve(try plain(parent: parent), tag: properties.tag)
        }
    }

    private mutating func endOfLine() throws(YAMLError) {
        scanner.skipBlanksAndComment()
        guard scanner.isAtLineEnd else { throw scanner.failure("did not find expected key") }
    }

    // MARK: Collections

    private mutating func sequence(_ column: Int) throws(YAMLError) -> JSON {
        var elements: [JSON] = []
        while true {
            scanner.advance()
            elements.append(try node(parent: column, isInline: false))
            guard try continues(column, "did not find expected '-' indicator") else { break }
            guard scanner.isAt(UInt8(ascii: "-"), followedByBreak: true) else { break }
        }
        return .array(elements)
    }

    private mutating func mapping(_ column: Int) throws(YAMLError) -> JSON {
        var members = MappingMembers()
        while true {
            let line = scanner.line
            let isMerge = scanner.isAtMergeKey
            let key = try key()
            let value = try node(parent: column, isInline: true, allowsSequence: true)
            add(key, value, line, isMerge, to: &members)
            guard try continues(column, "did not find expected key") else { break }
            if scanner.isAt(UInt8(ascii: "-"), followedByBreak: true) { break }
        }
        return members.json
    }

    /// Goes to the next line with something on it. Whether it belongs to the collection of this column.
    private mutating func continues(_ column: Int, _ why: String) throws(YAMLError) -> Bool {
        scanner.skipToContent()
        if scanner.isAtEnd || scanner.isAtDocumentMark || scanner.column < column { return false }
        guard scanner.column == column else { throw scanner.failure(why) }
        return true
    }

    mutating func add(
        _ key: JSON, _ value: JSON, _ line: Int, _ isMerge: Bool, to members: inout MappingMembers
    ) {
        if isMerge, members.merge(value) { return }
        let name = key.keyText
        if !members.set(name, value) {
            duplicates.append(YAML.Duplicate(line: line, key: name))
        }
    }

    /// The key of a block mapping and its colon.
    private mutating func key() throws(YAMLError) -> JSON {
        guard let isMapping = keyFollows(), isMapping else {
            throw scanner.failure("could not find expected ':'")
        }
        var properties = Properties()
        try read(&properties)
        let key: JSON
        switch scanner.current {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): key = .string(try quoted())
        case UInt8(ascii: "*"): key = try alias()
        default: key = Self.resolve(plainKey(), tag: properties.tag)
        }
        scanner.skipBlanks()
        guard scanner.consume(UInt8(ascii: ":")) else {
            throw scanner.failure("could not find expected ':'")
        }
        return try finish(key, properties)
    }

    // MARK: Properties

    private mutating func read(_ properties: inout Properties) throws(YAMLError) {
        while true {
            scanner.skipBlanks()
            switch scanner.current {
            case UInt8(ascii: "&"):
                scanner.advance()
                properties.anchor = try name()
            case UInt8(ascii: "!"): properties.tag = try name()
            default: return
            }
        }
    }

    private mutating func name() throws(YAMLError) -> String {
        let start = scanner.position
        let ends: [UInt8] = [
            UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"),
            UInt8(ascii: "}"),
        ]
        while let byte = scanner.current, !YAMLScanner.isBreak(byte), !ends.contains(byte) {
            scanner.advance()
        }
        guard scanner.position > start else {
            throw scanner.failure("did not find expected alphabetic or numeric character")
        }
        return scanner.text(from: start)
    }

    mutating func alias() throws(YAMLError) -> JSON {
        scanner.advance()
        let name = try name()
        guard let known = anchors[name] else {
            throw scanner.failure("unknown anchor '\(name)' referenced")
        }
        try count(known.size)
        return known.value
    }

    /// Flow collections have properties on their elements, too.
    mutating func properties() throws(YAMLError) -> Properties {
        var properties = Properties()
        try read(&properties)
        return properties
    }

    mutating func finish(_ value: JSON, _ properties: Properties) throws(YAMLError) -> JSON {
        try count(1)
        if let anchor = properties.anchor { anchors[anchor] = (value, value.valueCount) }
        return value
    }

    mutating func descend() throws(YAMLError) {
        depth += 1
        guard depth <= Self.depthLimit else { throw scanner.failure("exceeded max depth") }
    }

    mutating func ascend() { depth -= 1 }

    private mutating func count(_ values: Int) throws(YAMLError) {
        size += values
        guard size <= Self.sizeLimit else {
            throw scanner.failure("document contains excessive aliasing")
        }
    }
}

/// The members of a mapping that is being read; those of merged mappings give way to its own.
struct MappingMembers {
    private var own = JSONObject()
    private var merged = JSONObject()

    var json: JSON {
        var result = own
        for (key, value) in merged where own[key] == nil { result[key] = value }
        return .object(result)
    }

    /// Whether the key is new.
    mutating func set(_ key: String, _ value: JSON) -> Bool {
        let isNew = own[key] == nil
        own[key] = value
        return isNew
    }

    /// Takes the members of a mapping, or of several; false for what is none.
    mutating func merge(_ value: JSON) -> Bool {
        switch value {
        case .object(let members):
            for (key, value) in members where merged[key] == nil { merged[key] = value }
            return true
        case .array(let elements):
            guard elements.allSatisfy({ $0.object != nil }) else { return false }
            for element in elements { _ = merge(element) }
            return true
        case .null, .bool, .integer, .double, .string: return false
        }
    }
}

extension JSON {
    /// How many values there are, itself counted.
    fileprivate var valueCount: Int {
        switch self {
        case .null, .bool, .integer, .double, .string: 1
        case .array(let elements): elements.reduce(1) { $0 + $1.valueCount }
        case .object(let members): members.reduce(1) { $0 + $1.value.valueCount }
        }
    }

    /// A key as text.
    fileprivate var keyText: String {
        switch self {
        case .string(let text): text
        case .null, .bool, .integer, .double, .array, .object:
            String(decoding: encoded(), as: UTF8.self)
        }
    }
}
