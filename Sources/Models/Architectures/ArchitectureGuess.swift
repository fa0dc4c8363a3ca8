package import Checkpoints
import Tensors

/// The architecture that a checkpoint's names and shapes point to. A guess: whether it binds is for ``Network`` to say.
package struct ArchitectureGuess: Hashable, Sendable {
    package let architecture: ArchitectureDescription
    /// What stands before every name of the architecture; empty when nothing does.
    package let prefix: String
    package let outputs: Int
    /// Of the clip: 1 or 3 for models of this project.
    package let channels: Int

    /// - Returns: nil when the names are those of no architecture that is known.
    package static func of(_ checkpoint: Checkpoint) -> ArchitectureGuess? {
        for (first, describe) in [("stem.0.weight", videoResNet), ("blocks.0.sp.weight", movingShapes)] {
            for name in checkpoint.names where name.hasSuffix(first) {
                let prefix = String(name.dropLast(first.count))
                let names = PrefixedNames(checkpoint: checkpoint, prefix: prefix)
                guard prefix.isEmpty || prefix.hasSuffix("."), let architecture = describe(names),
                    let outputs = names.extent("fc.bias", axis: 0), let channels = names.extent(first, axis: 1)
                else { continue }
                return ArchitectureGuess(
                    architecture: architecture, prefix: prefix, outputs: outputs, channels: channels)
            }
        }
        return nil
    }

    private static func movingShapes(_ names: PrefixedNames) -> ArchitectureDescription? {
        let widths = (0..<4).compactMap { names.extent("blocks.\($0).sp.weight", axis: 0) }
        guard widths.count == 4, widths.allSatisfy({ $0 > 0 }) else { return nil }
        return .movingShapes(MovingShapesDescription(widths: widths))
    }

    private static func videoResNet(_ names: PrefixedNames) -> ArchitectureDescription? {
        let isFactorised = names.extent("stem.3.weight", axis: 0) != nil
        let family: VideoResNetDescription.Family
        if isFactorised {
            family = .r2plus1d
        } else {
            // mc3 convolves over time in its first layer alone.
            guard let depth = names.extent("layer2.0.conv1.0.weight", axis: 2) else { return nil }
            family = depth > 1 ? .r3d : .mc3
        }
        var (channels, blocks) = ([Int](), [Int]())
        for layer in 1...4 {
            let last = isFactorised ? "0.3" : "0"
            var count = 0
            while names.extent("layer\(layer).\(count).conv1.\(last).weight", axis: 0) != nil { count += 1 }
            guard let width = names.extent("layer\(layer).0.conv1.\(last).weight", axis: 0) else { return nil }
            channels.append(width)
            blocks.append(count)
        }
        // What the other families call a stem's width they do not use; the published ones have it so.
        let stem = isFactorised ? names.extent("stem.0.weight", axis: 0) ?? 45 : 45
        return .videoResNet(
            VideoResNetDescription(family: family, channels: channels, blocks: blocks, stem: stem))
    }
}

/// A checkpoint's tensors by their names behind a prefix.
private struct PrefixedNames {
    let checkpoint: Checkpoint
    let prefix: String

    /// One extent of a tensor; nil when there is none of this name, or it has fewer axes.
    func extent(_ name: String, axis: Int) -> Int? {
        guard let shape = checkpoint[name: prefix + name]?.shape, axis < shape.rank else { return nil }
        return shape[axis]
    }
}

extension ArchitectureDescription {
    /// As a manifest spells it: a name, or an object.
    package var json: String {
        if let name = Self.named.first(where: { $0.value == self })?.key { return "\"\(name)\"" }
        switch self {
        case .movingShapes(let description):
            return "{\"family\": \"moving_shapes\", \"channels\": \(description.widths)}"
        case .onnx: return "\"onnx\""
        case .videoResNet(let description):
            let stem = description.family == .r2plus1d ? ", \"stem\": \(description.stem)" : ""
            return
                "{\"family\": \"\(description.family.rawValue)\", \"channels\": \(description.channels), \"blocks\": \(description.blocks)\(stem)}"
        }
    }
}
