import Evaluation
import Testing

@Suite struct RankCorrelationTests {
    @Test func monotoneTransformsKeepIt() throws {
        let x: [Float] = [3, -1, 4, 1.5, 9]
        let grown = x.map { $0 * $0 * $0 }
        #expect(try #require(RankCorrelation.spearman(x, grown)) == 1)
        #expect(try #require(RankCorrelation.spearman(x, grown.map { -$0 })) == -1)
    }

    @Test func tiesShareTheirRank() throws {
        // Ranks 0.5 0.5 2 3 and 0 1 2.5 2.5; worked by hand: covariance 4, variances 4.5 and 4.5.
        let rho = try #require(RankCorrelation.spearman([1, 1, 2, 3], [5, 6, 7, 7]))
        #expect(abs(rho - 4 / 4.5) < 1e-12)
    }

    @Test func manyValuesOfBothSignsRankAsComparisonHasIt() throws {
        var state: UInt32 = 7
        func values() -> [Float] {
            (0..<5000).map { _ in
                state = state &* 1_664_525 &+ 1_013_904_223
                // Few enough different numbers that ties occur, both zeros among them.
                return Float(Int(state >> 20) - 2048) * 1e-3 * (state & 1 == 0 ? 1 : -1)
            }
        }
        func naive(_ values: [Float]) -> [Double] {
            values.map { value in
                Double(values.count { $0 < value }) + Double(values.count { $0 == value } - 1) / 2
            }
        }
        let (x, y) = (values(), values())
        let (p, q) = (naive(x), naive(y))
        let mean = Double(x.count - 1) / 2
        func product(_ a: [Double], _ b: [Double]) -> Double {
            zip(a, b).reduce(0) { $0 + ($1.0 - mean) * ($1.1 - mean) }
        }
        let expected = product(p, q) / (product(p, p) * product(q, q)).squareRoot()
        #expect(abs(try #require(RankCorrelation.spearman(x, y)) - expected) < 1e-9)
        #expect(abs(expected) > 1e-6)
    }

    @Test func whatHasNoRanksHasNoCorrelation() {
        #expect(RankCorrelation.spearman([1, 1, 1], [1, 2, 3]) == nil)
        #expect(RankCorrelation.spearman([1, 2], [1, 2, 3]) == nil)
        #expect(RankCorrelation.spearman([1], [1]) == nil)
        #expect(RankCorrelation.spearman([1, .nan, 2], [1, 2, 3]) == nil)
    }
}
