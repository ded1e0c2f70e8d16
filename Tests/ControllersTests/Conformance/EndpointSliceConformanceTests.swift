import KubeAPI
import TestSupport
import Testing

/// The cases of a real kube-controller-manager. Names of slices are compared by their prefix only: Pointsman's are
/// deterministic by design.
@Suite struct EndpointSliceConformanceTests {
    /// Cases tagged `rule` state a rule in another form; EndpointSliceRuleTests has them, but for eps-batch-period:
    /// Pointsman has no batch period, a change is written at once.
    static let cases = ConformanceCase.load("endpointslice.yaml") { one in
        !(one.json["tags"]?.array ?? []).contains("rule")
    }

    @Test(arguments: cases)
    func controllersWriteWhatAControllerManagerWrites(_ one: ConformanceCase) async {
        var run = ConformanceRun(one)
        let expected = one.expect.array ?? []
        #expect(run.steps.count == expected.count)
        for (index, step) in run.steps.enumerated() {
            await run.play(step)
            let differences = ObservedEndpoints(run.lab.cluster).differences(from: expected[index])
            #expect(differences == [], "step \(index)")
        }
    }

    @Test func everyCaseIsThere() {
        #expect(Self.cases.count == 65)
    }
}
