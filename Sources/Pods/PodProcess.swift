import Addresses
import KubeAPI
import Linux
import Probing

/// The process of one Pod: started with the Pod's environment, its output prefixed, its probe run.
struct PodProcess: Sendable {
    let process: SupervisedProcess
    let specification: ProcessSpecification

    static func start(
        _ specification: ProcessSpecification
    ) async throws(ProcessStartError) -> PodProcess {
        PodProcess(
            process: try await SupervisedProcess.start(specification),
            specification: specification)
    }

    /// Copies the lines of both streams until the process has closed them.
    func copyOutput(to output: PodOutput, prefix: LinePrefix) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await Self.copy(process.standardOutput) { output.line(prefix.text + $0) }
            }
            group.addTask {
                await Self.copy(process.standardError) { output.errorLine(prefix.text + $0) }
            }
        }
    }

    private static func copy(
        _ stream: borrowing OwnedDescriptor, _ line: (String) -> Void
    ) async {
        var lines = LineAssembler()
        while let bytes = try? await stream.readWhenReady() {
            for text in lines.take(bytes) { line(text) }
        }
        if let rest = lines.finish() { line(rest) }
    }

    /// Runs a command beside the process, in its namespaces: an exec probe.
    func execute(_ command: [String], timeout: Duration) async -> ProbeResult {
        let words = command.map { VariableExpansion.expand($0, specification.environment) }
        var probe = ProcessSpecification(
            command: words, environment: specification.environment,
            directory: specification.directory)
        probe.isolation = .none
        let isolated = specification.isolation != .none
        do throws(ProcessStartError) {
            let check = try await SupervisedProcess.start(probe, joining: isolated ? process : nil)
            return await Self.judge(check, timeout)
        } catch {
            return .failure("\(error)")
        }
    }

    private static func judge(
        _ check: SupervisedProcess, _ timeout: Duration
    ) async -> ProbeResult {
        await withTaskGroup(of: ExitStatus?.self) { group in
            group.addTask { await check.exit() }
            group.addTask {
                try? await Task.sleep(for: timeout)
                if !Task.isCancelled { check.kill() }
                return nil
            }
            // What it writes is of no interest, but must not fill the pipe.
            group.addTask {
                await copy(check.standardOutput) { _ in }
                return nil
            }
            group.addTask {
                await copy(check.standardError) { _ in }
                return nil
            }
            while let status = await group.next() {
                guard let status else { continue }
                group.cancelAll()
                if status == .exited(0) { return .success }
                return .failure("the command \(status)")
            }
            return .failure("the command could not be watched")
        }
    }
}
