import Autodiff
import Tensors

extension OperationCases {
    static let transposeCases = OperationCases(
        gradient: [
            movement("matrices", [3, 5], { try transpose($0, permutation: [1, 0]) }) { $0[[$1[1], $1[0]]] },
            movement("heads", [2, 3, 4, 5], { try transpose($0, permutation: [0, 2, 1, 3]) }) {
                $0[[$1[0], $1[2], $1[1], $1[3]]]
            },
            movement("all axes", [2, 3, 4, 5], { try transpose($0, permutation: [3, 0, 2, 1]) }) {
                $0[[$1[1], $1[3], $1[2], $1[0]]]
            },
            movement("an axis of one", [2, 1, 4], { try transpose($0, permutation: [2, 0, 1]) }) {
                $0[[$1[1], $1[2], $1[0]]]
            },
        ],
        large: [
            LargeCase(
                operands: [Pattern.tensor([3, 130, 70, 9], seed: 1)],
                operation: { try transpose($0[0], permutation: [0, 3, 2, 1]) }),
            LargeCase(
                operands: [Pattern.tensor([500, 401], seed: 1)],
                operation: { try transpose($0[0], permutation: [1, 0]) }),
        ])

    static let sliceCases = OperationCases(
        gradient: [
            movement(
                "a step forwards and one back", [4, 7],
                {
                    try slice(
                        $0, [AxisSlice(start: 1, step: 1, count: 2), AxisSlice(start: 6, step: -2, count: 3)])
                }
            ) { $0[[$1[0] + 1, 6 - 2 * $1[1]]] },
            movement(
                "every second", [5, 6, 2],
                { try slice($0, [.all(5), AxisSlice(start: 1, step: 2, count: 3), .all(2)]) }
            ) { $0[[$1[0], 2 * $1[1] + 1, $1[2]]] },
        ],
        large: [
            LargeCase(
                operands: [Pattern.tensor([300, 401], seed: 1)],
                operation: { try slice($0[0], [.all(300), AxisSlice(start: 3, step: 1, count: 390)]) })
        ])

    static let padCases = OperationCases(
        gradient: [
            GradientCase(
                name: "around", operands: [Pattern.tensor([2, 3], seed: 1)], step: 0.5,
                operation: { try pad($0[0], before: [1, 0], after: [0, 2], value: 1.5) },
                reference: { operands in
                    Reference([3, 5]) { index in
                        index[0] == 0 || index[1] > 2 ? 1.5 : operands[0][[index[0] - 1, index[1]]]
                    }
                })
        ],
        large: [
            LargeCase(
                operands: [Pattern.tensor([3, 200, 200], seed: 1)],
                operation: { try pad($0[0], before: [0, 1, 2], after: [0, 3, 0], value: 0) })
        ])

    static let takeCases = OperationCases(
        gradient: [
            movement("twice and never", [3, 4, 2], { try take($0, axis: 1, indices: [3, 0, 0, 2, 3]) }) {
                $0[[$1[0], [3, 0, 0, 2, 3][$1[1]], $1[2]]]
            }
        ],
        large: [
            LargeCase(
                operands: [Pattern.tensor([40, 100, 30], seed: 1)],
                operation: { try take($0[0], axis: 1, indices: (0..<150).map { $0 * 7 % 100 }) })
        ])

    static let pickCases = OperationCases(
        gradient: [
            movement("anywhere", [2, 3], { try pick($0, places: [5, 0, 0, 2], shape: [2, 2]) }) {
                $0.values[[5, 0, 0, 2][2 * $1[0] + $1[1]]]
            }
        ],
        large: [
            LargeCase(
                operands: [Pattern.tensor([1000], seed: 1)],
                operation: { try pick($0[0], places: (0..<5000).map { $0 * 7 % 1000 }, shape: [5000]) })
        ])

    static let scatterCases = OperationCases(
        gradient: ScatterRule.allCases.map { rule in
            GradientCase(
                name: "\(rule)", operands: [Pattern.tensor([2, 3], seed: 1), Pattern.tensor([4], seed: 2)], step: 0.5,
                operation: { try scatter($0[0], updates: $0[1], places: [4, 1, 4, 0], rule: rule) },
                reference: { operands in
                    var result = operands[0]
                    for (place, update) in zip([4, 1, 4, 0], operands[1].values) {
                        result.values[place] = rule == .add ? result.values[place] + update : update
                    }
                    return result
                })
        },
        large: [
            LargeCase(
                operands: [Pattern.tensor([1000], seed: 1), Pattern.tensor([5000], seed: 2)],
                operation: {
                    try scatter($0[0], updates: $0[1], places: (0..<5000).map { $0 * 7 % 1000 }, rule: .add)
                })
        ])

    static let expandCases = OperationCases(
        gradient: [
            GradientCase(
                name: "two axes", operands: [Pattern.tensor([3, 1], seed: 1)], step: 0.5,
                operation: { try expand($0[0], to: [2, 3, 4]) }, reference: { $0[0].broadcast(to: [2, 3, 4]) })
        ],
        large: [
            LargeCase(
                operands: [Pattern.tensor([300, 1, 5], seed: 1)], operation: { try expand($0[0], to: [300, 50, 5]) })
        ])

    private static let chosen = Pattern.tensor([2, 1, 4], seed: 9) { $0 > 0 ? 1 : 0 }

    static let selectCases = OperationCases(
        gradient: [
            GradientCase(
                name: "all repeated",
                operands: [Pattern.tensor([3, 1], seed: 1), Pattern.tensor([2, 3, 4], seed: 2)],
                step: 0.5, operation: { try select(chosen, $0[0], $0[1]) },
                reference: { operands in
                    let condition = Reference(chosen).broadcast(to: [2, 3, 4]).values
                    let (a, b) = (operands[0].broadcast(to: [2, 3, 4]).values, operands[1].values)
                    return Reference([2, 3, 4], condition.indices.map { condition[$0] == 1 ? a[$0] : b[$0] })
                })
        ],
        large: [
            LargeCase(
                operands: [Pattern.tensor([300, 1, 1], seed: 1), Pattern.tensor([300, 50, 7], seed: 2)],
                operation: {
                    try select(Pattern.tensor([50, 7], seed: 3) { $0 > 0 ? 1 : 0 }, $0[0], $0[1])
                })
        ])

    static let resampleCases = OperationCases(
        gradient: [
            movement(
                "two taps", [2, 3, 2],
                {
                    try resample(
                        $0, axis: 1,
                        taps: AxisTaps(tapsPerElement: 2, indices: [0, 1, 2, 2], weights: [0.25, 0.5, 2, -1]))
                }
            ) { x, index in
                index[1] == 0
                    ? 0.25 * x[[index[0], 0, index[2]]] + 0.5 * x[[index[0], 1, index[2]]]
                    : x[[index[0], 2, index[2]]]
            }
        ],
        large: [
            LargeCase(
                operands: [Pattern.tensor([50, 40, 30], seed: 1)],
                operation: {
                    try resample(
                        $0[0], axis: 1,
                        taps: AxisTaps(
                            tapsPerElement: 3, indices: (0..<180).map { $0 % 40 },
                            weights: (0..<180).map { Float($0) / 100 }))
                })
        ])

    /// An operation of one operand that is linear, by the value at each index of its result.
    private static func movement(
        _ name: String, _ shape: Shape, _ operation: @escaping @Sendable (Variable) throws -> Variable,
        _ reference: @escaping @Sendable (Reference, [Int]) -> Double
    ) -> GradientCase {
        GradientCase(
            name: name, operands: [Pattern.tensor(shape, seed: 1)], step: 0.5, operation: { try operation($0[0]) },
            reference: { operands in
                let tape = Tape(parallelism: .single)
                let result = (try? operation(tape.constant(Tensor(shape: shape, repeating: 0))).shape.extents) ?? []
                return Reference(result) { reference(operands[0], $0) }
            })
    }
}
