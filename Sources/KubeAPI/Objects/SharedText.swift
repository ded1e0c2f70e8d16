import Synchronization

/// Texts that are in very many objects, such as the keys of labels, have one storage for all of them. The ones seen last
/// are remembered; a text that is not among them keeps its own.
enum SharedText {
    /// Longer ones are rarely the same.
    private static let longest = 128
    /// What is shorter lies in the value itself and needs no storage.
    private static let shortest = 16
    private static let places = 512

    private static let known = Mutex([String](repeating: "", count: places))

    static func of(_ text: String) -> String {
        guard (shortest...longest).contains(text.utf8.count) else { return text }
        let place = Int(truncatingIfNeeded: UInt(bitPattern: text.hashValue) % UInt(places))
        return known.withLock { known in
            // Byte by byte: texts are equal also where the same letters are composed otherwise.
            if known[place].utf8.elementsEqual(text.utf8) { return known[place] }
            known[place] = text
            return text
        }
    }
}
