import Testing

@testable import KubeAPI

@Suite("What holds of applies whatever is applied")
struct OwnershipPropertyTests {
    private static let rounds = 400

    @Test("an applied configuration wins, is owned, and to apply it again changes nothing")
    func appliedWins() throws {
        var random = SplitMix(seed: 31)
        for _ in 0..<Self.rounds {
            var writing = Writing()
            try write(&writing, &random)
            let wanted = Self.configuration(&random)
            try writing.apply("m", wanted, force: true)
            let stated = FieldSet(of: wanted, .object(.service))
            #expect(writing.owned(by: "m") == stated)
            let all = FieldSet(of: writing.content, .object(.service))
            #expect(stated.subtracting(all).isEmpty)
            let merged = writing.content
            let difference = FieldComparison(from: merged, to: wanted, .service)
            #expect(difference.modified.isEmpty && difference.added.isEmpty)
            let before = writing.object
            try writing.apply("m", wanted)
            #expect(writing.object == before)
        }
    }

    @Test("whoever owns a field: the field is there")
    func ownedFieldsExist() throws {
        var random = SplitMix(seed: 32)
        for _ in 0..<Self.rounds {
            var writing = Writing()
            try write(&writing, &random)
            let everything = FieldComparison(
                from: [:], to: writing.content, .service
            ).added.union(FieldSet(of: writing.content, .object(.service)))
            for entry in writing.managed.entries {
                #expect(
                    entry.fields.subtracting(everything).isEmpty,
                    "\(writing.owners) of \(writing.content)")
            }
        }
    }

    @Test("an apply without force changes no field of another owner")
    func respects() throws {
        var random = SplitMix(seed: 33)
        var conflicts = 0
        for _ in 0..<Self.rounds {
            var writing = Writing()
            try write(&writing, &random)
            let before = writing
            do throws(Status) {
                try writing.apply("new", Self.configuration(&random))
            } catch {
                #expect(error.reason == .conflict && !error.details.causes.isEmpty)
                #expect(writing.object == before.object)
                conflicts += 1
                continue
            }
            let changed = FieldComparison(
                from: before.content, to: writing.content, .service
            ).changed
            for entry in before.managed.entries {
                #expect(entry.fields.intersection(changed).isEmpty)
            }
        }
        #expect((20...(Self.rounds - 20)).contains(conflicts), "both ways are tried: \(conflicts)")
    }

    @Test("who applies nothing any more leaves what was there without it")
    func withdraws() throws {
        var random = SplitMix(seed: 34)
        for _ in 0..<Self.rounds {
            var writing = Writing()
            try writing.apply("a", Self.configuration(&random))
            let before = writing.content
            do { try writing.apply("b", Self.configuration(&random)) } catch { continue }
            try writing.apply("b", [:])
            #expect(Self.sorted(writing.content) == Self.sorted(before))
        }
    }

    @Test("two appliers that do not disagree may come in any order")
    func commutes() throws {
        var random = SplitMix(seed: 35)
        var compared = 0
        for _ in 0..<Self.rounds {
            let first = Self.configuration(&random)
            let second = Self.configuration(&random)
            var one = Writing()
            var other = Writing()
            do {
                try one.apply("a", first)
                try one.apply("b", second)
                try other.apply("b", second)
                try other.apply("a", first)
            } catch { continue }
            #expect(Self.sorted(one.content) == Self.sorted(other.content))
            #expect(one.owners.sorted() == other.owners.sorted())
            compared += 1
        }
        #expect(compared > 20)
    }

    @Test("random trees in place of objects are refused or applied, and never trap")
    func nonsense() throws {
        var random = SplitMix(seed: 36)
        let ownership = try #require(FieldOwnership(.pods, subresource: nil))
        for _ in 0..<2_000 {
            let live = Self.nonsense(5, &random)
            var wanted = Self.nonsense(5, &random)
            if wanted.object != nil {
                wanted["apiVersion"] = "v1"
                wanted["kind"] = "Pod"
            }
            _ = try? ownership.apply(
                AppliedConfiguration(object: wanted, manager: "m", force: true), to: live, now: "")
            var new = wanted
            ownership.update(&new, replacing: live, manager: "m", now: "")
            ownership.update(&new, replacing: nil, manager: "m", now: "")
        }
    }

    // MARK: Random objects

    /// Some writes of different kinds.
    private func write(_ writing: inout Writing, _ random: inout SplitMix) throws {
        for _ in 0..<(1 + random.next() % 4) {
            let manager = "w\(random.next() % 3)"
            let configuration = Self.configuration(&random)
            if random.next() % 2 == 0 {
                writing.update(manager, configuration)
            } else {
                try writing.apply(manager, configuration, force: true)
            }
        }
    }

    private static func pick<T>(_ values: [T], _ random: inout SplitMix) -> T {
        values[Int(random.next() % UInt64(values.count))]
    }

    private static func configuration(_ random: inout SplitMix) -> JSON {
        var json: JSON = [:]
        func chance() -> Bool { random.next() % 3 == 0 }
        for key in ["a", "b"] where chance() {
            if json["metadata"] == nil { json["metadata"] = [:] }
            if json.value(at: "metadata", "labels") == nil { json["metadata"]?["labels"] = [:] }
            json["metadata"]?["labels"]?[key] = pick(["x", "y"], &random)
        }
        if chance() {
            if json["metadata"] == nil { json["metadata"] = [:] }
            json["metadata"]?["finalizers"] = pick([["f/a"], ["f/b"], ["f/b", "f/a"]], &random)
        }
        var spec: JSON = [:]
        if chance() { spec["type"] = pick(["NodePort", "ClusterIP"], &random) }
        if chance() { spec["selector"] = pick([["s": "x"], ["s": "y"], ["t": "x"]], &random) }
        if chance() { spec["externalIPs"] = pick([["1.1.1.1"], ["2.2.2.2"]], &random) }
        if chance() {
            spec["sessionAffinityConfig"] = ["clientIP": ["timeoutSeconds": pick([1, 2], &random)]]
        }
        var ports: [JSON] = []
        for number in pick([[], [80, 443], [443, 80], [53]], &random) as [Int64] where chance() {
            var port: JSON = ["port": .integer(number)]
            if chance() { port["protocol"] = "TCP" }
            if chance() { port["name"] = pick(["n", "m"], &random) }
            if chance() { port["targetPort"] = pick(["web", 8080], &random) }
            ports.append(port)
        }
        if !ports.isEmpty { spec["ports"] = .array(ports) }
        if spec.object?.isEmpty == false { json["spec"] = spec }
        return json
    }

    /// Lists and members in one order: that of lists depends on who comes first.
    private static func sorted(_ json: JSON) -> JSON {
        switch json {
        case .array(let elements):
            .array(
                elements.map(sorted).sorted {
                    $0.encoded().lexicographicallyPrecedes($1.encoded())
                })
        case .object(let members):
            .object(
                JSONObject(
                    members.map { ($0.key, sorted($0.value)) }.sorted { $0.0 < $1.0 }))
        case .null, .bool, .integer, .double, .string: json
        }
    }

    private static let names = [
        "metadata", "spec", "status", "containers", "ports", "name", "labels", "managedFields",
        "affinity", "finalizers", "containerPort", "conditions", "type", "resources", "volumes",
    ]

    private static func nonsense(_ depth: Int, _ random: inout SplitMix) -> JSON {
        switch random.next() % (depth == 0 ? 5 : 9) {
        case 0: return .null
        case 1: return .bool(true)
        case 2: return .integer(Int64(random.next() % 3))
        case 3: return .double(0.5)
        case 4: return .string(pick(names, &random))
        case 5, 6:
            return .array((0..<(random.next() % 4)).map { _ in nonsense(depth - 1, &random) })
        default:
            var object: JSON = [:]
            for _ in 0..<(random.next() % 6) {
                object[pick(names, &random)] = nonsense(depth - 1, &random)
            }
            return object
        }
    }
}
