/// The members of a strategic merge patch that say how to merge.
enum StrategicDirective {
    static let patch = "$patch"
    static let retainKeys = "$retainKeys"
    static let setElementOrder = "$setElementOrder/"
    static let deleteFromPrimitiveList = "$deleteFromPrimitiveList/"

    static func isDirective(_ key: String) -> Bool {
        key == patch || key == retainKeys || key.hasPrefix(setElementOrder)
            || key.hasPrefix(deleteFromPrimitiveList)
    }

    /// The directives `<prefix><key>`, by key.
    static func lists(
        of object: JSONObject, prefix: String
    ) throws(Status) -> [String: [JSON]] {
        var lists: [String: [JSON]] = [:]
        for (key, value) in object where key.hasPrefix(prefix) {
            guard let elements = value.array else {
                throw .badRequest("invalid patch format of \(key): a list is needed")
            }
            lists[String(key.dropFirst(prefix.count))] = elements
        }
        return lists
    }

    /// Removes from `result` what `$retainKeys` of the patch does not list.
    static func retainKeys(of object: JSONObject, in result: inout JSONObject) throws(Status) {
        guard let directive = object[retainKeys] else { return }
        guard let elements = directive.array else {
            throw .badRequest("invalid patch format of retainKeys: a list is needed")
        }
        let kept = Set(elements.compactMap(\.string))
        for (key, value) in object where !isDirective(key) && !value.isNull {
            guard kept.contains(key) else {
                throw .unfitPatch(
                    "the patch sets \"\(key)\", which is not in its \(retainKeys) list")
            }
        }
        for key in result.keys where !kept.contains(key) { result[key] = nil }
    }
}
