import ArgumentParser
import Controllers

/// The options of `up` about the controllers, with the names and defaults of kube-controller-manager.
struct ControllerOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Which controllers run: * all that are not named, name this one, -name all but this one. Leave out those that "
                + "a kube-controller-manager runs. They are: \(Self.names).",
            valueName: "name[,…]"))
    var controllers = "*"

    @Option(
        help: ArgumentHelp(
            "The most endpoints that an EndpointSlice gets, 1 to 1000.", valueName: "count"))
    var maxEndpointsPerSlice = 100

    @Option(
        help: ArgumentHelp(
            "The most addresses of a subset that are mirrored, 1 to 1000.", valueName: "count"))
    var mirroringMaxEndpointsPerSubset = 1000

    @Option(
        help: ArgumentHelp(
            "How long a change of a Pod waits for others before EndpointSlices are written, such as 500ms.",
            valueName: "duration"))
    var endpointsliceUpdatesBatchPeriod = "0s"

    @Option(
        help: ArgumentHelp(
            "The same for Endpoints.", valueName: "duration"))
    var endpointUpdatesBatchPeriod = "0s"

    private static let names = ControllerName.allCases.map(\.rawValue).joined(separator: ", ")

    /// The options, read; every mistake is a `ValidationError`.
    func settings() throws(ValidationError) -> ControllerSettings {
        var settings = ControllerSettings()
        do throws(ControllerChoice.UnknownName) {
            settings.choice = try ControllerChoice(CommandLineWords.list(controllers))
        } catch {
            throw ValidationError("--controllers \(controllers): \(error)")
        }
        for (option, count) in [
            ("--max-endpoints-per-slice", maxEndpointsPerSlice),
            ("--mirroring-max-endpoints-per-subset", mirroringMaxEndpointsPerSubset),
        ] where !(1...1000).contains(count) {
            throw ValidationError("\(option) \(count): must be 1 to 1000")
        }
        settings.maxEndpointsPerSlice = maxEndpointsPerSlice
        settings.mirroringMaxEndpointsPerSubset = mirroringMaxEndpointsPerSubset
        settings.endpointSliceBatchPeriod = try Self.duration(
            endpointsliceUpdatesBatchPeriod, "--endpointslice-updates-batch-period")
        settings.endpointsBatchPeriod = try Self.duration(
            endpointUpdatesBatchPeriod, "--endpoint-updates-batch-period")
        return settings
    }

    /// A number with `ms`, `s` or `m`, or a sum of such, as Go writes durations.
    private static func duration(
        _ text: String, _ option: String
    ) throws(ValidationError) -> Duration {
        var rest = text[...]
        var total = Duration.zero
        var isEmpty = true
        while !rest.isEmpty {
            let number = rest.prefix { $0.isNumber || $0 == "." }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unit.count)
            let units: [Substring: Double] = ["ms": 0.001, "s": 1, "m": 60]
            guard let count = Double(number), let seconds = units[unit] else {
                isEmpty = true
                break
            }
            total += .seconds(count * seconds)
            isEmpty = false
        }
        guard !isEmpty, total <= .seconds(3600) else {
            throw ValidationError("\(option) \(text): not a duration such as 500ms or 1s")
        }
        return total
    }
}
