import Testing

@testable import KubeAPI

@Suite("The two forms of an Event")
struct EventVersionTests {
    static let core = """
        {"kind":"Event","apiVersion":"v1","metadata":{"name":"web.1","namespace":"shop"},\
        "involvedObject":{"kind":"Pod","name":"web"},"reason":"Seen","message":"m",\
        "source":{"component":"c"},"firstTimestamp":"2026-08-01T12:00:00Z",\
        "lastTimestamp":"2026-08-01T12:01:00Z","count":3,"type":"Normal",\
        "eventTime":"2026-08-01T12:00:00.000001Z","series":{"count":2,\
        "lastObservedTime":"2026-08-01T12:01:00.000001Z"},"action":"Look",\
        "related":{"kind":"Node","name":"n"},"reportingComponent":"c","reportingInstance":"c-1"}
        """
    static let group = """
        {"kind":"Event","apiVersion":"events.k8s.io/v1","metadata":{"name":"web.1","namespace":"shop"},\
        "regarding":{"kind":"Pod","name":"web"},"reason":"Seen","note":"m",\
        "deprecatedSource":{"component":"c"},"deprecatedFirstTimestamp":"2026-08-01T12:00:00Z",\
        "deprecatedLastTimestamp":"2026-08-01T12:01:00Z","deprecatedCount":3,"type":"Normal",\
        "eventTime":"2026-08-01T12:00:00.000001Z","series":{"count":2,\
        "lastObservedTime":"2026-08-01T12:01:00.000001Z"},"action":"Look",\
        "related":{"kind":"Node","name":"n"},"reportingController":"c","reportingInstance":"c-1"}
        """

    @Test("say the same, field by field")
    func conversion() throws {
        let (core, group) = (try tree(Self.core), try tree(Self.group))
        #expect(EventVersion.group(core) == group)
        #expect(EventVersion.core(group) == core)
        #expect(Resource.groupEvents.stored(group) == core)
        #expect(Resource.events.stored(core) == core)
    }

    @Test("both have exactly the fields of their schema")
    func fields() throws {
        for (text, resource) in [(Self.core, Resource.events), (Self.group, .groupEvents)] {
            let event = try tree(text)
            let check = SchemaCheck(event, as: resource)
            #expect(check.unknownFields == [])
            #expect(check.typeErrors == [])
            let schema = try #require(resource.schema)
            #expect(Set(schema.members.map(\.name)) == Set(event.object?.keys ?? []))
        }
    }
}
