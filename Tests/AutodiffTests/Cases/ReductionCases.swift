import Autodiff
import Foundation
import Tensors

extension OperationCases {
    static let sumCases = OperationCases(
        gradient: [
            reduction("the last axis", Pattern.tensor([2, 3, 4], seed: 1), [2], { try sum($0, axes: [2]) }) {
                $0.reduce(0, +)
            },
            reduction("two of three", Pattern.tensor([2, 3, 4], seed: 1), [0, 2], { try sum($0, axes: [0, 2]) }) {
                $0.reduce(0, +)
            },
        ], large: largeReduction { try sum($0, axes: [1]) })

    static let extremeAlongCases = OperationCases(
        gradient: [
            reduction(
                "greatest", Pattern.permutation([2, 3, 4], spacing: 0.1), [0, 2],
                { try extreme($0, along: [0, 2], .maximum) }
            ) { $0.max() ?? 0 },
            reduction(
                "least", Pattern.permutation([2, 3, 4], spacing: 0.1), [1], { try extreme($0, along: [1], .minimum) }
            ) { $0.min() ?? 0 },
        ], large: largeReduction { try extreme($0, along: [1], .maximum) })

    static let productCases = OperationCases(
        gradient: [
            reduction("an axis", Pattern.tensor([2, 3, 4], seed: 1), [1], { try product($0, axes: [1]) }) {
                $0.reduce(1, *)
            },
            reduction(
                "with a zero", Pattern.tensor([4, 2], seed: 1) { abs($0) < 0.3 ? 0 : $0 }, [0],
                { try product($0, axes: [0]) }
            ) { $0.reduce(1, *) },
        ], large: largeReduction { try product($0, axes: [0]) })

    private static func largeReduction(_ operation: @escaping @Sendable (Variable) throws -> Variable) -> [LargeCase] {
        [LargeCase(operands: [Pattern.tensor([30, 50, 60], seed: 1)], operation: { try operation($0[0]) })]
    }

    private static func reduction(
        _ name: String, _ x: Tensor, _ axes: Set<Int>, _ operation: @escaping @Sendable (Variable) throws -> Variable,
        _ combine: @escaping @Sendable ([Double]) -> Double
    ) -> GradientCase {
        GradientCase(
            name: name, operands: [x], operation: { try operation($0[0]) },
            reference: { operands in
                let shape = operands[0].shape
                return Reference(shape.indices.map { axes.contains($0) ? 1 : shape[$0] }) { index in
                    let members = Reference.indices(of: shape).filter { member in
                        member.indices.allSatisfy { axes.contains($0) || member[$0] == index[$0] }
                    }
                    return combine(members.map { operands[0][$0] })
                }
            })
    }

    static let cumulativeSumCases = OperationCases(
        gradient: [(false, false), (true, false), (false, true), (true, true)].map { isExclusive, isReversed in
            GradientCase(
                name: "exclusive \(isExclusive), reversed \(isReversed)",
                operands: [Pattern.tensor([2, 4, 3], seed: 1)],
                step: 0.5,
                operation: { try cumulativeSum($0[0], axis: 1, isExclusive: isExclusive, isReversed: isReversed) },
                reference: { operands in
                    Reference([2, 4, 3]) { index in
                        (0..<4).reduce(0) { sum, place in
                            let counts =
                                place == index[1] ? !isExclusive : (place < index[1]) != isReversed
                            return sum + (counts ? operands[0][[index[0], place, index[2]]] : 0)
                        }
                    }
                })
        },
        large: largeReduction { try cumulativeSum($0, axis: 1, isExclusive: false, isReversed: false) })

    static let logSoftmaxCases = OperationCases(
        gradient: [0, 1].map { axis in
            GradientCase(
                name: "axis \(axis)", operands: [Pattern.tensor([3, 5], seed: 1) { $0 * 4 }],
                operation: { try logSoftmax($0[0], axis: axis) },
                reference: { operands in
                    Reference([3, 5]) { index in
                        let members = (0..<[3, 5][axis]).map { place -> Double in
                            var other = index
                            other[axis] = place
                            return operands[0][other]
                        }
                        return operands[0][index] - log(members.reduce(0) { $0 + exp($1) })
                    }
                })
        }, large: largeReduction { try logSoftmax($0, axis: 1) })
}
