import APIClient
import KubeAPI
import Synchronization

/// Requests of the administrator and the answers, as they are on the wire. Remembers what it has created.
final class Conversation: Sendable {
    private let client: APIClient
    private let created = Mutex<[String]>([])
    private let namespaces = Mutex<Set<String>>([])

    init(_ client: APIClient) { self.client = client }

    /// Sends a request; answers of every code come back.
    /// - Parameter path: with the query, escaped.
    @discardableResult
    func send(
        _ method: String, _ path: String, _ body: JSON? = nil, type: String = "application/json"
    ) async throws -> Answer {
        let answer = Answer(
            try await client.exchange(
                method, path, contentType: type, body: body?.encoded() ?? []))
        if answer.code == 201, !path.contains("dryRun=All") {
            let collection = path.prefix { $0 != "?" }
            let name = answer.json.value(at: "metadata", "name")?.string ?? ""
            let object = method == "POST" ? "\(collection)/\(name)" : String(collection)
            created.withLock { $0.append(object) }
        }
        return answer
    }

    /// Makes a namespace that later cases use, too.
    func ensure(namespace name: String) async throws {
        guard namespaces.withLock({ $0.insert(name).inserted }) else { return }
        let object: JSON = [
            "apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)],
        ]
        let answer = Answer(
            try await client.exchange("POST", "/api/v1/namespaces", body: object.encoded()))
        guard answer.code == 201 || answer.code == 409 else {
            throw Failure("namespace \(name): \(answer)")
        }
    }

    /// Deletes what was created, the newest first, and looks whether it is gone.
    func deleteCreated() async -> Bool {
        let paths = created.withLock { created in
            defer { created = [] }
            return Array(created.reversed())
        }
        // Nobody is there for whom a Pod should wait.
        let options: JSON = ["gracePeriodSeconds": 0]
        var isClean = true
        for path in paths {
            let code = try? await client.exchange("DELETE", path, body: options.encoded()).code
            if code == 404 { continue }
            isClean = await isGone(path) && isClean
            // A controller that was at work on a Service when it went takes back what it has made a moment later.
            if path.contains("/services/") {
                let endpoints = path.replacing("/services/", with: "/endpoints/")
                isClean = await isGone(endpoints, patience: 200) && isClean
            }
        }
        return isClean
    }

    /// A namespace needs a while for what is in it.
    private func isGone(_ path: String) async -> Bool {
        let isNamespace =
            path.hasPrefix("/api/v1/namespaces/") && path.count { $0 == "/" } == 4
        return await isGone(path, patience: isNamespace ? 300 : 5)
    }

    /// - Parameter patience: so many times 10 ms.
    private func isGone(_ path: String, patience: Int) async -> Bool {
        for attempt in 0..<patience {
            if attempt > 0 { try? await Task.sleep(for: .milliseconds(10)) }
            if (try? await client.exchange("GET", path).code) == 404 { return true }
        }
        return false
    }

    /// Deletes something that the case has not made.
    func remove(_ path: String) async throws {
        let answer = try await send("DELETE", path, ["gracePeriodSeconds": 0])
        guard answer.isSuccess || answer.code == 404 else {
            throw Failure("DELETE \(path): \(answer)")
        }
        guard await isGone(path) else { throw Failure("\(path) does not go") }
    }
}

/// An answer of the API.
struct Answer: Sendable, CustomStringConvertible {
    let code: Int
    let json: JSON
    /// Texts of `Warning` headers, as they were sent.
    let warnings: [String]

    init(_ answer: HTTPAnswer) {
        code = answer.code
        warnings = answer.values(of: "Warning")
        json =
            (try? JSON(parsing: answer.body))
            ?? .string(String(decoding: answer.body, as: UTF8.self))
    }

    var isSuccess: Bool { (200..<300).contains(code) }
    var reason: String { json["reason"]?.string ?? "" }
    var message: String { json["message"]?.string ?? "" }

    /// The field errors of an Invalid answer.
    var errors: Set<ExpectedError> {
        let causes = json.value(at: "details", "causes")?.array ?? []
        return Set(
            causes.map { cause in
                let reason = cause["reason"]?.string ?? ""
                let prefix = "FieldValue"
                return ExpectedError(
                    field: cause["field"]?.string ?? "",
                    kind: reason.hasPrefix(prefix)
                        ? String(reason.dropFirst(prefix.count)) : reason)
            })
    }

    var description: String { isSuccess ? "\(code)" : "\(code) \(reason) (\(message))" }
}

/// `{field, kind}` of a case.
struct ExpectedError: Hashable, Comparable, Sendable, CustomStringConvertible {
    let field: String
    let kind: String

    init(field: String, kind: String) {
        self.field = field
        self.kind = kind
    }

    init(_ json: JSON) {
        self.init(field: json["field"]?.string ?? "", kind: json["kind"]?.string ?? "")
    }

    static func < (a: Self, b: Self) -> Bool { (a.field, a.kind) < (b.field, b.kind) }
    var description: String { "\(field) \(kind)" }
}
