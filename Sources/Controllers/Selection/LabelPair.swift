/// One label of the objects of one namespace: the key of the indexes that join Services and Pods.
struct LabelPair: Hashable, Sendable {
    var namespace: String
    var key: String
    var value: String
}
