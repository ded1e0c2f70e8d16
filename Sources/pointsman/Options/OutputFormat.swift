import ArgumentParser

/// `-o`: how a command prints what it found.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case table
    case json
}
