import Foundation
import KubeAPI
import Testing

/// Sends a transcript's requests to a server and holds its answers against what is expected.
struct TranscriptRun {
    private struct Request {
        var method: String
        var target: String
        var headers: [String] = []
        var body: [UInt8] = []
    }

    /// An answer that is read as it comes.
    private struct Stream {
        var file: String
        var taken = 0
    }

    let server: TestServer
    private var values: [String: JSON] = [:]
    /// The request that is being read, and its stream.
    private var request: (stream: String?, request: Request)?
    private var answer: TestServer.Answer?
    private var documents: [JSON] = []
    private var streams: [String: Stream] = [:]

    init(_ server: TestServer) { self.server = server }

    mutating func run(_ transcript: Transcript) async throws {
        for step in transcript.steps {
            do { try await take(step) } catch {
                throw CommandFailure(description: "line \(step.number): \(error)")
            }
        }
    }

    private mutating func take(_ step: Transcript.Step) async throws {
        switch step.line {
        case .request(let method, let target):
            request = (step.stream, Request(method: method, target: filled(target)))
        case .requestHeader(let text): request?.request.headers.append(text)
        case .body(let bytes):
            let sent = filled(bytes)
            request?.request.body += sent
        case .code(let code):
            try await send()
            #expect(try await head(step.stream).code == code, "line \(step.number)")
        case .header(let name, let value):
            let found = try await head(step.stream).headers[name]
            #expect(found == value, "line \(step.number)")
        case .document(let expected):
            let found = try await next(step.stream)
            let differs = difference(expected, found, "")
            #expect(
                differs == nil,
                "line \(step.number): \(String(decoding: found.encoded(), as: UTF8.self))")
        }
    }

    // MARK: Requests

    private func filled(_ text: String) -> String {
        values.reduce(text) { $0.replacing("$" + $1.key, with: $1.value.string ?? "") }
    }

    /// Protobuf stays as it is.
    private func filled(_ bytes: [UInt8]) -> [UInt8] {
        guard let text = String(validating: bytes, as: UTF8.self), bytes.first != 0x6B else {
            return bytes
        }
        return Array(filled(text).utf8)
    }

    private mutating func send() async throws {
        guard let (stream, request) = request else { return }
        self.request = nil
        var arguments = [
            "-sSN", "--globoff", "-X", request.method, "--cacert",
            server.certificates.path("ca.crt"), "--cert", server.certificates.path("admin.crt"),
            "--key", server.certificates.path("admin.key"), "-H", "Expect:", "-H", "Accept:", "-A",
            "",
            "https://\(server.address)\(request.target)",
        ]
        for header in request.headers { arguments += ["-H", header] }
        if !request.body.isEmpty { arguments += ["--data-binary", "@-"] }
        let file = server.certificates.path("transcript-\(UUID().uuidString)")
        arguments += ["-D", file + ".head", "-o", file]
        guard let stream else {
            let result = try await APIServerTests.run(
                "/usr/bin/curl", arguments, input: request.body)
            guard result.status == 0 else { throw CommandFailure(description: result.errors) }
            answer = try Self.read(file)
            documents = answer?.events ?? []
            return
        }
        streams[stream] = Stream(file: file)
        // It ends with the server.
        Task { [arguments] in _ = try? await APIServerTests.run("/usr/bin/curl", arguments) }
    }

    private static func read(_ file: String) throws -> TestServer.Answer {
        let lines = try String(contentsOfFile: file + ".head", encoding: .utf8)
            .split(whereSeparator: \.isNewline)
        let words = lines.first?.split(separator: " ") ?? []
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let pair = line.split(separator: ":", maxSplits: 1)
            if pair.count == 2 {
                headers[pair[0].lowercased()] = pair[1].trimmingCharacters(in: .whitespaces)
            }
        }
        let body = (try? Data(contentsOf: URL(filePath: file))).map { [UInt8]($0) } ?? []
        return TestServer.Answer(
            code: words.count > 1 ? Int(words[1]) ?? 0 : 0, headers: headers, body: body)
    }

    // MARK: Answers

    private func head(_ stream: String?) async throws -> TestServer.Answer {
        guard let stream else {
            return answer ?? TestServer.Answer(code: 0, headers: [:], body: [])
        }
        guard let file = streams[stream]?.file else {
            throw CommandFailure(description: "no stream \(stream)")
        }
        try await eventually { (try? Self.read(file))?.code ?? 0 > 0 }
        return try Self.read(file)
    }

    /// The next document of an answer or a stream.
    private mutating func next(_ stream: String?) async throws -> JSON {
        guard let stream else {
            return documents.isEmpty ? .null : documents.removeFirst()
        }
        guard let (file, taken) = streams[stream].map({ ($0.file, $0.taken) }) else {
            throw CommandFailure(description: "no stream \(stream)")
        }
        try await eventually { (try? Self.read(file))?.events.count ?? 0 > taken }
        streams[stream]?.taken += 1
        return try Self.read(file).events[taken]
    }

    /// Where a value is not as expected; nil if it is. Objects may hold more than is expected.
    private mutating func difference(_ expected: JSON, _ found: JSON, _ path: String) -> String? {
        if let name = expected.string, name.hasPrefix("$") {
            let key = String(name.dropFirst())
            if let known = values[key] { return known == found ? nil : path }
            values[key] = found
            return found.isNull ? path : nil
        }
        if let members = expected.object {
            guard found.object != nil else { return path }
            for (key, value) in members {
                let other = found[key] ?? .null
                if let place = difference(value, other, "\(path).\(key)") { return place }
            }
            return nil
        }
        guard let elements = expected.array else { return expected == found ? nil : path }
        guard let others = found.array, others.count == elements.count else { return path }
        for (index, (element, other)) in zip(elements, others).enumerated() {
            if let place = difference(element, other, "\(path)[\(index)]") { return place }
        }
        return nil
    }
}
