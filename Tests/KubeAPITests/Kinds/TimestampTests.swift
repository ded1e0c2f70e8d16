import Testing

@testable import KubeAPI

@Suite("Timestamps")
struct TimestampTests {
    @Test(
        "are seconds since 1970 and RFC 3339 text",
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"), (1_709_251_199, "2024-02-29T23:59:59Z"),
            (1_785_585_600, "2026-08-01T12:00:00Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
            (-62_167_219_200, "0000-01-01T00:00:00Z"), (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] as [(Int64, String)])
    func text(_ seconds: Int64, _ text: String) {
        #expect(Timestamp(secondsSinceEpoch: seconds).description == text)
        #expect(Timestamp(text)?.secondsSinceEpoch == seconds)
    }

    @Test("are read with fractions and offsets")
    func offsets() {
        let noon = Timestamp("2026-08-01T12:00:00Z")
        #expect(Timestamp("2026-08-01T12:00:00.999999Z") == noon)
        #expect(Timestamp("2026-08-01T14:30:00+02:30") == noon)
        #expect(Timestamp("2026-08-01t07:00:00-05:00") == noon)
    }

    @Test(
        "are refused where they are no moment",
        arguments: [
            "", "2026-08-01", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
            "2026-04-31T00:00:00Z",
            "2026-08-01T24:00:00Z", "2026-08-01T12:60:00Z", "2026-08-01T12:00:00",
            "2026-08-01 12:00:00Z",
            "2026-08-01T12:00:00.Z", "2026-08-01T12:00:00Zx", "2100-02-29T00:00:00Z",
            "+026-08-01T12:00:00Z",
        ])
    func refused(_ text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test("round-trip over ten thousand years and clamp beyond")
    func roundTrip() {
        var random = SplitMix(seed: 3)
        for _ in 0..<5_000 {
            let moment = Timestamp(
                secondsSinceEpoch: Int64.random(
                    in: -62_167_219_200...253_402_300_799, using: &random))
            #expect(Timestamp(moment.description) == moment)
        }
        #expect(Timestamp(secondsSinceEpoch: .max).description == "9999-12-31T23:59:59Z")
        #expect(Timestamp(secondsSinceEpoch: .min).description == "0000-01-01T00:00:00Z")
    }
}
