extension IntOrString {
    /// nil for what is neither an integer nor a string.
    package init?(json: JSON) {
        if let value = json.integer {
            self = .integer(value)
        } else if let value = json.string {
            self = .string(value)
        } else {
            return nil
        }
    }

    package var json: JSON {
        switch self {
        case .integer(let value): .integer(value)
        case .string(let value): .string(value)
        }
    }
}
