import KubeAPI

// Parses and writes about 20 MB of EndpointSlices, prints MB/s of each: the best of several rounds, because the
// question is what the codec costs and not what else the machine does. `BenchmarkJSON parse` runs one part only.

let parts = CommandLine.arguments.dropFirst()

let document = SliceList(slices: 800, endpointsPerSlice: 100).json
let bytes = document.encoded()
let rounds = 9
print("document: \(bytes.count / 1_000_000) MB, \(rounds) rounds, best of them")

report("parse", bytes.count, rounds) {
    guard let json = try? JSON(parsing: bytes), json["items"]?.array?.count == 800 else {
        fatalError("the document was not read")
    }
}
let tree = try JSON(parsing: bytes)
report("write", bytes.count, rounds) {
    guard tree.encoded().count == bytes.count else { fatalError("the document was not written") }
}
report("view", bytes.count, rounds) {
    let slices = tree["items"]?.array?.map(EndpointSlice.init(json:)) ?? []
    guard slices.count == 800 else { fatalError("the views were not made") }
}

func report(_ name: String, _ size: Int, _ rounds: Int, _ body: () -> Void) {
    guard parts.isEmpty || parts.contains(name) else { return }
    let clock = ContinuousClock()
    let times = (0..<rounds).map { _ in clock.measure(body) }
    let best = times.min() ?? .zero
    let seconds =
        Double(best.components.seconds) + Double(best.components.attoseconds) / 1e18
    print("\(name): \(Int(Double(size) / 1e6 / seconds)) MB/s")
}
