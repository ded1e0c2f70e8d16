/// One change of one key, made only if the key is in the expected state.
package struct Write: Sendable {
    package enum Action: Sendable {
        case put
        /// The value is the last state, which watches show; the key is gone afterwards.
        case delete
    }

    /// What must hold for the write to be made.
    package enum Expectation: Sendable, Equatable {
        /// The key may be absent or present; a delete still needs it present.
        case any
        case absent
        /// The key's present value was written at this revision.
        case revision(Revision)
    }

    package var key: String
    package var action: Action
    package var value: VersionedValue
    package var expectation: Expectation

    package init(
        _ action: Action, _ key: String, _ value: VersionedValue, expecting: Expectation = .any
    ) {
        self.action = action
        self.key = key
        self.value = value
        self.expectation = expecting
    }
}
