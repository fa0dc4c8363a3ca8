import Autodiff
import Tensors

extension OperationCases {
    static let linearCases = OperationCases(
        gradient: [
            linearCase("a batch of rows", [3, 5], [4, 5]), linearCase("rank three", [2, 3, 4], [6, 4]),
            linearCase("a single vector", [7], [3, 7]),
        ],
        large: [
            LargeCase(
                operands: [
                    Pattern.tensor([200, 300], seed: 1), Pattern.tensor([700, 300], seed: 2),
                    Pattern.tensor([700], seed: 3),
                ],
                operation: { try linear($0[0], weight: $0[1], bias: $0[2]) })
        ])

    private static func linearCase(_ name: String, _ x: Shape, _ weight: Shape) -> GradientCase {
        GradientCase(
            name: name,
            operands: [
                Pattern.tensor(x, seed: 1), Pattern.tensor(weight, seed: 2), Pattern.tensor([weight[0]], seed: 3),
            ],
            step: 0.5,
            operation: { try linear($0[0], weight: $0[1], bias: $0[2]) },
            reference: { p in
                Reference(Array(p[0].shape.dropLast()) + [p[1].shape[0]]) { index in
                    let row = Array(index.dropLast())
                    return (0..<p[1].shape[1]).reduce(p[2].values[index[index.count - 1]]) {
                        $0 + p[0][row + [$1]] * p[1][[index[index.count - 1], $1]]
                    }
                }
            })
    }
}
