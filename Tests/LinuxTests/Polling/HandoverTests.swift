import Linux
import Testing

@Suite("A handover between threads")
struct HandoverTests {
    @Test("keeps the order, and ends after the last value")
    func order() throws {
        let handover = Handover<Int>()
        let thread = try Thread(named: "test") {
            for number in 0..<1000 { _ = handover.put(number) }
            handover.finish()
        }
        var taken: [Int] = []
        while let number = handover.take() { taken.append(number) }
        thread.join()
        #expect(taken == Array(0..<1000))
        #expect(handover.take() == nil)
    }

    @Test("lets nobody be ahead by more than its capacity")
    func capacity() throws {
        let handover = Handover<Int>(capacity: 3)
        let offered = Monitor(0)
        let thread = try Thread(named: "test") {
            for number in 0..<100 {
                _ = handover.put(number)
                offered.change { $0 += 1 }
            }
            handover.finish()
        }
        var most = 0
        var taken = 0
        offered.wait { $0 >= 3 ? () : nil }
        while handover.take() != nil {
            taken += 1
            most = max(most, offered.wait { $0 } - taken)
        }
        thread.join()
        #expect(taken == 100)
        #expect(most <= 3)
    }

    @Test("that is refused sets free who waits to hand over")
    func refusal() throws {
        let handover = Handover<Int>(capacity: 1)
        let answers = Monitor([Bool]())
        let thread = try Thread(named: "test") {
            for number in 0..<3 {
                let isTaken = handover.put(number)
                answers.change { $0.append(isTaken) }
            }
        }
        answers.wait { $0.isEmpty ? nil : () }
        handover.refuse()
        thread.join()
        #expect(answers.wait { $0 } == [true, false, false])
    }
}
