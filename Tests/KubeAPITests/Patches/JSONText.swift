@testable import KubeAPI

/// The tree of a JSON text written in a test.
func tree(_ text: String) throws -> JSON { try JSON(parsing: Array(text.utf8)) }
