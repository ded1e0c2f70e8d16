/// A label selector as clients send it in a URL: requirements that must all hold, such as
/// `app=web,tier in (front,back),!canary`. No requirement selects everything.
package struct LabelSelector: Hashable, Sendable {
    package var requirements: [Requirement]

    package init(_ requirements: [Requirement] = []) { self.requirements = requirements }

    /// A selector for all these labels, such as `spec.selector` of a Service.
    package init(matchLabels labels: [String: String]) {
        requirements = labels.sorted { $0.key < $1.key }
            .map { Requirement(key: $0.key, condition: .isIn([$0.value])) }
    }

    package var selectsEverything: Bool { requirements.isEmpty }

    package func matches(_ labels: [String: String]) -> Bool {
        requirements.allSatisfy { $0.condition.holds(for: labels[$0.key]) }
    }

    /// Matches `metadata.labels` of an object's tree.
    package func matches(_ object: JSON) -> Bool {
        if requirements.isEmpty { return true }
        let labels = object.value(at: "metadata", "labels")
        return requirements.allSatisfy { $0.condition.holds(for: labels?[$0.key]?.string) }
    }
}

extension LabelSelector {
    /// One term of the selector.
    package struct Requirement: Hashable, Sendable {
        package var key: String
        package var condition: Condition

        package init(key: String, condition: Condition) {
            self.key = key
            self.condition = condition
        }
    }

    /// What a requirement asks of the value of its key. A missing label satisfies the negative ones.
    package enum Condition: Hashable, Sendable {
        /// `k=v`, `k==v`, `k in (v,w)`.
        case isIn([String])
        /// `k!=v`, `k notin (v,w)`.
        case isNotIn([String])
        /// `k`
        case exists
        /// `!k`
        case doesNotExist
        /// `k>5`; a value that is no integer does not match.
        case greater(Int64)
        /// `k<5`
        case less(Int64)

        func holds(for value: String?) -> Bool {
            switch self {
            case .isIn(let values): value.map(values.contains) ?? false
            case .isNotIn(let values): !(value.map(values.contains) ?? false)
            case .exists: value != nil
            case .doesNotExist: value == nil
            case .greater(let bound): value.flatMap { Int64($0) }.map { $0 > bound } ?? false
            case .less(let bound): value.flatMap { Int64($0) }.map { $0 < bound } ?? false
            }
        }
    }
}

extension LabelSelector: CustomStringConvertible {
    /// The selector in URL syntax; reading it gives the same selector.
    package var description: String {
        requirements.map(\.description).joined(separator: ",")
    }
}

extension LabelSelector.Requirement: CustomStringConvertible {
    package var description: String {
        switch condition {
        case .isIn(let values) where values.count == 1: "\(key)=\(values[0])"
        case .isIn(let values): "\(key) in (\(values.joined(separator: ",")))"
        case .isNotIn(let values) where values.count == 1: "\(key)!=\(values[0])"
        case .isNotIn(let values): "\(key) notin (\(values.joined(separator: ",")))"
        case .exists: key
        case .doesNotExist: "!\(key)"
        case .greater(let bound): "\(key)>\(bound)"
        case .less(let bound): "\(key)<\(bound)"
        }
    }
}
