import KubeAPI
import Watching

/// Turns Pods not ready and ready again, one after the other, and takes the time of each.
struct Measurement {
    var lab: LabObjects
    var client: any ObjectClient
    var plane: RecordingPlane
    var count: Int

    func run() async throws(Status) {
        var whole: [Duration] = []
        var write: [Duration] = []
        for index in 0..<count {
            // Each Pod is turned off, later on again; 7919 is prime, so all Services have their turn.
            let pod = index / 2 * 7919 % lab.pods
            let isReady = index % 2 == 1
            plane.expect(
                .init(
                    service: lab.service(of: pod), address: lab.address(of: pod),
                    isPresent: isReady))
            let start = ContinuousClock.now
            try await lab.setReady(pod, isReady, in: client)
            write.append(ContinuousClock.now - start)
            whole.append(await plane.arrival() - start)
        }
        report("API write returned", write)
        report("write → data plane", whole)
    }

    private func report(_ name: String, _ times: [Duration]) {
        let sorted = times.sorted()
        func at(_ share: Double) -> String {
            let time = sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
            let microseconds = time.components.attoseconds / 1_000_000_000_000
            let total = time.components.seconds * 1_000_000 + microseconds
            return "\(Double(total) / 1000) ms"
        }
        print("\(name): p50 \(at(0.5))  p99 \(at(0.99))  max \(at(1))  (\(times.count) changes)")
    }
}
