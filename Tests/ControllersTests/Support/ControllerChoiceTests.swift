import Controllers
import Testing

/// `--controllers` in the syntax of kube-controller-manager.
@Suite struct ControllerChoiceTests {
    @Test(arguments: [
        ("*", "endpoints,endpointSlices,mirroring,loadBalancer,pods"),
        ("", ""),
        ("*,-endpointslice", "endpoints,mirroring,loadBalancer,pods"),
        (
            "*,-endpointslice-controller,-endpointslice-mirroring-controller,-endpoints-controller",
            "loadBalancer,pods"
        ),
        ("-service,*", "endpoints,endpointSlices,mirroring,pods"),
        ("endpoint,endpointslice", "endpoints,endpointSlices"),
        // The first word that names a controller counts.
        ("pod,-pod", "pods"), ("-pod,pod,*", "endpoints,endpointSlices,mirroring,loadBalancer"),
    ])
    func theWordsSayWhichRun(_ text: String, _ expected: String) throws {
        let choice = try ControllerChoice(text.split(separator: ",").map(String.init))
        let names = ControllerName.allCases.filter(choice.contains).map { "\($0)" }
        #expect(names.joined(separator: ",") == expected)
    }

    @Test(arguments: ["deployment", "-nothing", "*-endpoint", ""])
    func whatIsNoControllerIsRefused(_ word: String) {
        #expect(throws: ControllerChoice.UnknownName(word: word)) {
            try ControllerChoice(["*", word])
        }
    }
}
