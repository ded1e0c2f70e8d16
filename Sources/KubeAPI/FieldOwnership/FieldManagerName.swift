/// The names of those who own fields.
package enum FieldManagerName {
    private static let limit = 128

    /// The manager of a request that names none: the client's program (RFC 9110, User-Agent up to the first "/").
    package static func of(_ userAgent: String) -> String {
        var name = ""
        for scalar in userAgent.unicodeScalars {
            if scalar == "/" { break }
            guard isPrintable(scalar) else { continue }
            if name.utf8.count + String(scalar).utf8.count > limit { break }
            name.unicodeScalars.append(scalar)
        }
        return name
    }

    /// What is wrong with a name that a client gives.
    package static func errors(_ name: String, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if name.utf8.count > limit { errors.append(.tooLong(path, limit: limit)) }
        var position = 0
        for scalar in name.unicodeScalars {
            if !isPrintable(scalar) {
                let digits = String(scalar.value, radix: 16, uppercase: true)
                let code = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
                errors.append(
                    .invalid(path, name, "invalid character U+\(code) (at position \(position))"))
            }
            position += String(scalar).utf8.count
        }
        return errors
    }

    /// As Go's unicode.IsPrint: letters, marks, numbers, punctuation, symbols, and the plain blank.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .letterNumber,
            .otherNumber, .connectorPunctuation, .dashPunctuation, .openPunctuation,
            .closePunctuation, .initialPunctuation, .finalPunctuation, .otherPunctuation,
            .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol:
            true
        default: scalar == " "
        }
    }
}

extension ManagedFields {
    private static let subresourceLimit = 256

    /// What is wrong with entries that a client has written: apimachinery, ValidateManagedFields.
    package static func errors(_ json: JSON?) -> [FieldError] {
        let path: FieldPath = "metadata.managedFields"
        return (json?.array ?? []).enumerated().flatMap { index, entry in
            var errors = FieldManagerName.errors(
                entry["manager"]?.string ?? "", path[index].child("manager"))
            if (entry["subresource"]?.string ?? "").utf8.count > subresourceLimit {
                errors.append(
                    .tooLong(path[index].child("subresource"), limit: subresourceLimit))
            }
            return errors
        }
    }
}

extension AppliedConfiguration {
    /// The content type of a PATCH by server-side apply.
    package static let contentType = "application/apply-patch+yaml"
}
