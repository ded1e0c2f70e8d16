import Addresses

/// The parts of the relay benchmark; `Benchmarks/relay.sh` puts them together.
let usage = """
    usage: BenchmarkRelay plane LISTEN BACKEND      relay, until killed
           BenchmarkRelay sink ADDRESS              serve the load generators, until killed
           BenchmarkRelay rate ADDRESS SECONDS CONCURRENCY     new connections a second
           BenchmarkRelay stream ADDRESS SECONDS STREAMS       gigabits a second, gigabytes sent
           BenchmarkRelay idle ADDRESS COUNT SECONDS           hold idle connections
    """

func address(_ index: Int) -> IPSocketAddress? {
    CommandLine.arguments.count > index ? IPSocketAddress(CommandLine.arguments[index]) : nil
}

func number(_ index: Int) -> Int? {
    CommandLine.arguments.count > index ? Int(CommandLine.arguments[index]) : nil
}

switch CommandLine.arguments.dropFirst().first {
case "plane":
    guard let listen = address(2), let backend = address(3) else { fatalError(usage) }
    try await relay(from: listen, to: backend)
case "sink":
    guard let listen = address(2) else { fatalError(usage) }
    try Sink(listen).run()
case "rate":
    guard let target = address(2), let seconds = number(3), let concurrency = number(4) else {
        fatalError(usage)
    }
    print(try ConnectionLoad(target, concurrency).run(seconds: seconds))
case "stream":
    guard let target = address(2), let seconds = number(3), let streams = number(4) else {
        fatalError(usage)
    }
    let bytes = try StreamLoad(target, streams).run(seconds: seconds)
    print(Double(bytes) * 8 / 1e9 / Double(seconds), Double(bytes) / 1e9)
case "idle":
    guard let target = address(2), let count = number(3), let seconds = number(4) else {
        fatalError(usage)
    }
    try IdleLoad(target, count).run(seconds: seconds)
default:
    print(usage)
}
