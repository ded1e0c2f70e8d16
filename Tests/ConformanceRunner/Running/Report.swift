import Linux

/// What became of a case.
enum Outcome: Sendable, Equatable {
    case passed
    /// What was expected and what came.
    case failed(String)
    /// Why the case says nothing about this server.
    case notApplicable(String)

    /// What became of a case that `play` plays.
    static func of(_ play: () async throws -> Void) async -> Outcome {
        do {
            try await play()
            return .passed
        } catch let reason as NotApplicable {
            return .notApplicable(reason.description)
        } catch {
            return .failed("\(error)")
        }
    }
}

/// Tells outcomes as they come, and counts them.
struct Report {
    private let isVerbose: Bool
    private(set) var passed = 0
    private(set) var failed = 0
    private(set) var notApplicable = 0

    init(isVerbose: Bool) { self.isVerbose = isVerbose }

    func begin(_ file: String) { Self.print("\(file):") }

    mutating func add(_ id: String, _ outcome: Outcome) {
        switch outcome {
        case .passed:
            passed += 1
            if isVerbose { Self.print("pass \(id)") }
        case .failed(let why):
            failed += 1
            Self.print("FAIL \(id): \(why.split(separator: "\n").joined(separator: " | "))")
        case .notApplicable(let why):
            notApplicable += 1
            Self.print("not applicable: \(id): \(why)")
        }
    }

    func end() {
        if notApplicable > 0 { Self.print("\(notApplicable) not applicable") }
        Self.print("\(passed) passed, \(failed) failed")
    }

    private static func print(_ line: String) { StandardStream.output.write(line + "\n") }
}
