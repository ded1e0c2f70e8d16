import KubeAPI
import LoadBalancing

/// What is wrong with the Services on this node, as their condition `pointsman.dev/Proxied` says it.
struct ServiceReports {
    static let condition = "pointsman.dev/Proxied"

    private var frontendProblems: [FrontendAddress: FrontendProblem] = [:]
    /// The Services that the problems of `frontendProblems` were found on.
    private var owners: [FrontendAddress: ObjectName] = [:]
    /// What was said last, of the object with that uid: another one of the same name has heard nothing.
    private var told: [ObjectName: (uid: String, condition: Condition)] = [:]

    /// Takes the answer of the data plane; answers the Services that it says something new about.
    mutating func take(
        _ problems: [FrontendAddress: FrontendProblem], _ table: ServiceTable
    ) -> Set<ObjectName> {
        var affected: Set<ObjectName> = []
        for (address, problem) in problems where frontendProblems[address] != problem {
            if let owner = table.frontends[address]?.servicePort.serviceName {
                affected.insert(owner)
            }
        }
        for address in frontendProblems.keys where problems[address] == nil {
            if let owner = owners[address] { affected.insert(owner) }
        }
        frontendProblems = problems
        owners = [:]
        for address in problems.keys {
            owners[address] = table.frontends[address]?.servicePort.serviceName
        }
        return affected
    }

    /// The conditions to write: of those Services, where they are not as they should be.
    mutating func news(
        _ services: Set<ObjectName>, _ snapshot: ClusterSnapshot, _ compiler: ServiceTableCompiler
    ) -> [(ObjectName, Condition)] {
        var news: [(ObjectName, Condition)] = []
        let byService = Dictionary(grouping: owners.keys) { owners[$0]! }
        for name in services.sorted() {
            guard let service = snapshot.services[name] else {
                told[name] = nil
                continue
            }
            var problems = compiler.problems(of: name)
            for address in (byService[name] ?? []).sorted() {
                guard let problem = frontendProblems[address] else { continue }
                let row = ServiceProblem(problem.reason, problem.message)
                // What keeps traffic from flowing is said first.
                problems.insert(row, at: problem.isFatal ? 0 : problems.count)
            }
            let stored = service.status.conditions.first { $0.type == Self.condition }
            guard let wanted = Self.condition(for: problems, stored),
                !Self.says(stored, wanted), !hasTold(service, wanted)
            else { continue }
            told[name] = (service.metadata.uid, wanted)
            news.append((name, wanted))
        }
        return news
    }

    private func hasTold(_ service: Service, _ wanted: Condition) -> Bool {
        guard let last = told[service.objectName], last.uid == service.metadata.uid else {
            return false
        }
        return Self.says(last.condition, wanted)
    }

    /// nil: a Service that never had a problem gets no condition.
    private static func condition(
        for problems: [ServiceProblem], _ stored: Condition?
    ) -> Condition? {
        guard let first = problems.first else {
            guard stored != nil else { return nil }
            return Condition(
                type: condition, status: "True", reason: "Proxied",
                message: "every address of the Service is served as it asks")
        }
        var messages: [String] = []
        for problem in problems where !messages.contains(problem.message) {
            messages.append(problem.message)
        }
        return Condition(
            type: condition, status: "False", reason: first.reason,
            message: messages.joined(separator: "; "))
    }

    private static func says(_ condition: Condition?, _ wanted: Condition) -> Bool {
        condition?.status == wanted.status && condition?.reason == wanted.reason
            && condition?.message == wanted.message
    }
}
