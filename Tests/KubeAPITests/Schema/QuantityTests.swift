import Testing

@testable import KubeAPI

@Suite("Quantities")
struct QuantityTests {
    @Test(
        "quantities", arguments: ["0", "100m", "1.5Gi", ".5", "-2", "+1k", "2e3", "1E", "1E-2"])
    func quantities(_ text: String) {
        #expect(Quantity.isValid(text))
    }

    @Test("what is no quantity", arguments: ["", ".", "m", "1x", "1 Gi", "1e", "0x1", "1.2.3"])
    func noQuantities(_ text: String) {
        #expect(!Quantity.isValid(text))
    }
}
