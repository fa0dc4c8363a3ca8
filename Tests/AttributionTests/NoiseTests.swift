import Attribution
import Foundation
import Tensors
import Testing

@Suite struct NoiseTests {
    @Test("Philox4x32-10 gives the known answers of its authors")
    func knownAnswers() {
        let zero = Philox.words(counter: (0, 0, 0, 0), key: (0, 0))
        #expect(zero == (0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8))
        let ones = Philox.words(counter: (.max, .max, .max, .max), key: (.max, .max))
        #expect(ones == (0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD))
        let pi = Philox.words(
            counter: (0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344), key: (0xA409_3822, 0x299F_31D0))
        #expect(pi == (0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1))
    }

    private func numbers(seed: UInt64, _ component: NoiseComponent, sample: Int, _ range: Range<Int>) -> [Float] {
        Array(unsafeUninitializedCapacity: range.count) { buffer, count in
            PhiloxNoise(seed: seed).fill(
                UnsafeMutableBufferPointer(rebasing: buffer[0..<range.count]), component: component, sample: sample,
                range: range)
            count = range.count
        }
    }

    @Test("A number depends on seed, sample, component and place alone")
    func counters() {
        let whole = numbers(seed: 9, .flow, sample: 3, 0..<1000)
        for range in [0..<1, 1..<4, 3..<9, 250..<1000, 998..<1000, 7..<7] {
            #expect(numbers(seed: 9, .flow, sample: 3, range) == Array(whole[range]))
        }
        #expect(numbers(seed: 10, .flow, sample: 3, 0..<1000) != whole)
        #expect(numbers(seed: 9 + 1 << 40, .flow, sample: 3, 0..<1000) != whole)
        #expect(numbers(seed: 9, .error, sample: 3, 0..<1000) != whole)
        #expect(numbers(seed: 9, .flow, sample: 4, 0..<1000) != whole)
    }

    @Test("The numbers are standard normal: four moments and the tails")
    func moments() {
        let count = 400_000
        let values = numbers(seed: 1, .pixels, sample: 0, 0..<count).map(Double.init)
        func mean(_ transform: (Double) -> Double) -> Double { values.reduce(0) { $0 + transform($1) } / Double(count) }
        // Standard errors of the four: 0.0016, 0.0022, 0.0061, 0.0155; of the tail's share 0.0003.
        #expect(abs(mean { $0 }) < 0.008)
        #expect(abs(mean { $0 * $0 } - 1) < 0.011)
        #expect(abs(mean { $0 * $0 * $0 }) < 0.031)
        #expect(abs(mean { $0 * $0 * $0 * $0 } - 3) < 0.08)
        #expect(abs(mean { abs($0) > 1.96 ? 1 : 0 } - 0.05) < 0.0018)
        // Neighbours and the two numbers of a pair are uncorrelated.
        for lag in [1, 2, 4] {
            let products = (0..<count - lag).reduce(0) { $0 + values[$1] * values[$1 + lag] }
            #expect(abs(products / Double(count)) < 0.008)
        }
    }
}
