import Testing

@testable import KubeAPI

@Suite("Field errors")
struct FieldErrorTests {
    @Test(
        "say what is wrong in Kubernetes' words",
        arguments: [
            (FieldError.required("spec.ports"), "spec.ports: Required value"),
            (.required("a", "why"), "a: Required value: why"),
            (.invalid("a", "b\"c", "why"), "a: Invalid value: \"b\\\"c\": why"),
            (.invalid("a", 7, "why"), "a: Invalid value: 7: why"),
            (.invalid("a", ["x", "y"], "why"), "a: Invalid value: [\"x\",\"y\"]: why"),
            (.forbidden("a", "why"), "a: Forbidden: why"),
            (.duplicate("a", "x"), "a: Duplicate value: \"x\""),
            (
                .notSupported("a", "x", supported: ["P", "Q"]),
                "a: Unsupported value: \"x\": supported values: \"P\", \"Q\""
            ),
            (.tooMany("a", 3, limit: 1), "a: Too many: 3: must have at most 1 item"),
            (.tooLong("a", limit: 262144), "a: Too long: may not be more than 262144 bytes"),
            (.typeInvalid("a", true, "why"), "a: Invalid value: true: why"),
        ])
    func text(_ error: FieldError, _ expected: String) {
        #expect(error.description == expected)
    }

    @Test("name their field by its path")
    func paths() {
        let path = ("spec" as FieldPath).child("ports")[0].child("name")
        #expect(path.description == "spec.ports[0].name")
        #expect(
            MetadataRules.path.child("annotations")[key: "a/b"].description
                == "metadata.annotations[a/b]")
    }

    @Test("become one Invalid answer with a cause each")
    func status() {
        let one = Status.invalid(.services, "web", [.required("spec.ports")])
        #expect(one.message == "Service \"web\" is invalid: spec.ports: Required value")
        #expect(one.reason == .invalid && one.reason.code == 422)
        let same = Status.invalid(.services, "web", [.required("a"), .required("a")])
        #expect(same.message == "Service \"web\" is invalid: a: Required value")
        #expect(same.details.causes.count == 2)
        let two = Status.invalid(.endpointSlices, "s", [.required("a"), .forbidden("b", "no")])
        #expect(
            two.message
                == "EndpointSlice.discovery.k8s.io \"s\" is invalid: [a: Required value, b: Forbidden: no]"
        )
        #expect(two.details.kind == "EndpointSlice" && two.details.group == "discovery.k8s.io")
        #expect(
            two.details.causes == [
                .init(reason: "FieldValueRequired", message: "Required value", field: "a"),
                .init(reason: "FieldValueForbidden", message: "Forbidden: no", field: "b"),
            ])
        #expect(Status(json: two.json) == two)
    }
}
