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

    @Test func whatHasNoRanksHasNoCorrelation() {
        #expect(RankCorrelation.spearman([1, 1, 1], [1, 2, 3]) == nil)
        #expect(RankCorrelation.spearman([1, 2], [1, 2, 3]) == nil)
        #expect(RankCorrelation.spearman([1], [1]) == nil)
        #expect(RankCorrelation.spearman([1, .nan, 2], [1, 2, 3]) == nil)
    }
}
