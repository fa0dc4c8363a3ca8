import COpticalFlow
package import Tensors

/// Dense inverse search (DIS; Kroeger and others, arXiv:1603.03590) with variational refinement, as OpenCV has it.
package struct DenseInverseSearch: FlowEstimator {
    /// OpenCV's presets, from fast to exact.
    package enum Preset: String, Hashable, Sendable, CaseIterable {
        case ultrafast
        case fast
        case medium
    }

    package let preset: Preset

    package init(preset: Preset) { self.preset = preset }

    package var facts: FlowFacts {
        FlowFacts(
            estimator: FlowEstimatorKind.dis.rawValue,
            parameters: [.init(name: "preset", value: .text(preset.rawValue))],
            library: OpenCV.library)
    }

    package func flow(from: LumaFrame, to: LumaFrame) throws -> Tensor {
        guard Self.takes(width: from.width, height: from.height) else {
            throw MotionError.unsuitableFrame(
                estimator: .dis, width: from.width, height: from.height, requirement: Self.requirement)
        }
        return try OpenCV.flow(from: from, to: to, estimator: .dis) { pair, planes, message in
            cof_dis(pair, selected, planes, message)
        }
    }

    static let requirement = "both sides from 12 pixels, and a height below 32 at least 2/5 of the width"

    /// OpenCV refuses a shorter side below 8 and a longer below 12. For small frames it counts pyramid levels by the width alone, and
    /// crashes (4.6) when the height of the topmost level falls below the 8 pixels of a patch: at level ⌊log₂(width / 20)⌋.
    static func takes(width: Int, height: Int) -> Bool {
        min(width, height) >= 12 && (height >= 32 || 5 * height >= 2 * width)
    }

    private var selected: cof_dis_preset {
        switch preset {
        case .ultrafast: COF_DIS_ULTRAFAST
        case .fast: COF_DIS_FAST
        case .medium: COF_DIS_MEDIUM
        }
    }
}
