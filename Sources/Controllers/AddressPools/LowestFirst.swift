/// Makes a pool give its lowest free address: what a person expects who looks at the first one.
struct LowestFirst: RandomNumberGenerator {
    /// One, and not zero: the standard library draws again when the product with the bound is below a threshold.
    mutating func next() -> UInt64 { 1 }
}
