import Testing

@testable import KubeAPI

@Suite("Schema checks")
struct SchemaCheckTests {
    @Test("unknown fields are named by their path and dropped")
    func unknownFields() throws {
        let object = try tree(
            #"{"apiVersion":"v1","kind":"Service","metadata":{"name":"a","creationTimestamp":null,"labels":{"anything":"goes"}},"spec":{"bogus":1,"type":"ClusterIP","ports":[{"port":80,"bogus":{"x":1}}]},"extra":true}"#
        )
        let check = SchemaCheck(object, as: .services)
        #expect(check.unknownFields == ["spec.bogus", "spec.ports[0].bogus", "extra"])
        #expect(check.typeErrors.isEmpty)
        #expect(
            try check.pruned
                == tree(
                    #"{"apiVersion":"v1","kind":"Service","metadata":{"name":"a","labels":{"anything":"goes"}},"spec":{"type":"ClusterIP","ports":[{"port":80}]}}"#
                ))
    }

    @Test("a Pod keeps what its schema does not look into")
    func opaque() throws {
        let object = try tree(
            #"{"spec":{"schedulingGroup":{"deep":[1]},"volumes":[{"name":"v","csi":{"driver":"d"}}],"containers":[{"name":"c","livenessProbe":{"httpGet":{"port":"web"}},"resources":{"requests":{"cpu":"100m","memory":1024}}}]}}"#
        )
        let check = SchemaCheck(object, as: .pods)
        #expect(check == SchemaCheck(check.pruned, as: .pods))
        #expect(check.unknownFields.isEmpty && check.typeErrors.isEmpty)
        #expect(
            check.pruned.value(at: "spec", "schedulingGroup")
                == object.value(at: "spec", "schedulingGroup"))
        #expect(check.pruned.value(at: "spec", "volumes") == object.value(at: "spec", "volumes"))
        let container = try #require(check.pruned.value(at: "spec", "containers")?.array?.first)
        #expect(container.value(at: "resources", "requests", "memory") == "1024")
    }

    @Test(
        "a value of the wrong type is refused in Kubernetes' words",
        arguments: [
            (
                #"{"spec":{"ports":[{"port":"x"}]}}"#,
                "json: cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32"
            ),
            (
                #"{"spec":{"ports":[{"port":1.5}]}}"#,
                "json: cannot unmarshal number 1.5 into Go struct field ServicePort.spec.ports.port of type int32"
            ),
            (
                #"{"spec":{"ports":[{"port":4294967296}]}}"#,
                "json: cannot unmarshal number 4294967296 into Go struct field ServicePort.spec.ports.port of type int32"
            ),
            (
                #"{"metadata":{"creationTimestamp":"yesterday"}}"#,
                "parsing time \"yesterday\" as \"2006-01-02T15:04:05Z07:00\": cannot parse"
            ),
            (
                #"{"spec":{"ports":{}}}"#,
                "json: cannot unmarshal object into Go struct field ServiceSpec.spec.ports of type []v1.ServicePort"
            ),
            (
                #"{"spec":"x"}"#,
                "json: cannot unmarshal string into Go struct field Service.spec of type v1.ServiceSpec"
            ),
            (
                #"{"metadata":{"labels":{"a":1}}}"#,
                "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string"
            ),
            (
                #"{"metadata":{"labels":[]}}"#,
                "json: cannot unmarshal array into Go struct field ObjectMeta.metadata.labels of type map[string]string"
            ),
            (
                #"{"spec":{"publishNotReadyAddresses":"yes"}}"#,
                "json: cannot unmarshal string into Go struct field ServiceSpec.spec.publishNotReadyAddresses of type bool"
            ),
            (
                #"{"spec":{"clusterIPs":[true]}}"#,
                "json: cannot unmarshal bool into Go struct field ServiceSpec.spec.clusterIPs of type string"
            ),
            (
                #"{"spec":{"ports":[{"targetPort":true}]}}"#,
                "json: cannot unmarshal bool into Go value of type int32"
            ),
            (#"[]"#, "json: cannot unmarshal array into Go value of type v1.Service"),
        ])
    func types(_ object: String, _ error: String) throws {
        let check = try SchemaCheck(tree(object), as: .services)
        #expect(check.typeErrors == [error])
        let status = #expect(throws: Status.self) { try check.accept(.services, mode: .ignore) }
        #expect(status?.reason == .badRequest)
        #expect(
            status?.message
                == "Service in version \"v1\" cannot be handled as a Service: \(error)")
    }

    @Test("strict refuses, warn warns, ignore is silent")
    func modes() throws {
        let check = try SchemaCheck(tree(#"{"spec":{"bogus":1}}"#), as: .services)
        let status = #expect(throws: Status.self) {
            try check.accept(
                .services, mode: .strict, duplicates: ["duplicate field \"spec.type\""])
        }
        #expect(
            status?.message
                == "Service in version \"v1\" cannot be handled as a Service: strict decoding error: "
                + "unknown field \"spec.bogus\", duplicate field \"spec.type\"")
        let warned = try check.accept(.services, mode: .warn)
        #expect(warned.warnings == ["unknown field \"spec.bogus\""])
        #expect(warned.object == ["spec": [:]])
        #expect(try check.accept(.services, mode: .ignore).warnings.isEmpty)
        #expect(try FieldValidation(query: nil) == .warn)
        #expect(throws: Status.self) { try FieldValidation(query: "Loose") }
    }

    @Test("a null in a list is the zero value, elsewhere it is nothing")
    func nulls() throws {
        let check = try SchemaCheck(
            tree(
                #"{"spec":{"type":null,"externalIPs":[null],"ports":[null],"selector":{"a":null}}}"#
            ),
            as: .services)
        #expect(
            try check.pruned
                == tree(#"{"spec":{"externalIPs":[""],"ports":[{}],"selector":{"a":""}}}"#))
    }

    @Test("every table has distinct names and tags, and describes every field")
    func tables() {
        for schema in Schema.byKind.values.flatMap(\.reachable) {
            let names = schema.members.map(\.name)
            #expect(Set(names).count == names.count, "\(schema.name)")
            let tags = schema.fields.map(\.tag).filter { $0 > 0 }
            #expect(Set(tags).count == tags.count, "\(schema.name)")
            #expect(schema.members.allSatisfy { $0.about.hasSuffix(".") }, "\(schema.name)")
            for field in schema.members {
                guard case .byKey(let key, _)? = field.merge else { continue }
                guard case .array(.object(let element)) = field.type else { continue }
                #expect(element[key] != nil, "\(schema.name).\(field.name)")
            }
        }
    }
}
