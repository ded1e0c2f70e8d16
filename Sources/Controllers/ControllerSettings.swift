/// How the controllers work; the names and defaults are those of kube-controller-manager's options.
package struct ControllerSettings: Equatable, Sendable {
    package var choice = ControllerChoice.all
    /// `--max-endpoints-per-slice`.
    package var maxEndpointsPerSlice = 100
    /// `--mirroring-max-endpoints-per-subset`.
    package var mirroringMaxEndpointsPerSubset = 1000
    /// `--endpointslice-updates-batch-period`: so long a change of a Pod waits for others before slices are written.
    package var endpointSliceBatchPeriod = Duration.zero
    /// `--endpoint-updates-batch-period`: the same for Endpoints.
    package var endpointsBatchPeriod = Duration.zero

    package init() {}
}
