/// What was expected and what came.
package struct CaseFailure: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }

    package init(at place: String, expected: String, came: String) {
        self.init("\(place): expected \(expected); came \(came)")
    }
}

/// Why a case says nothing about a node of Pointsman.
package struct CaseNotApplicable: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
