/// A network's layers before its parameters: by the name of a published architecture, or by the numbers of a family.
package enum ArchitectureDescription: Hashable, Sendable {
    /// The small (2+1)D network of the Moving Shapes models: four blocks, global mean, linear.
    case movingShapes(MovingShapesDescription)
    case videoResNet(VideoResNetDescription)
    /// Whatever the checkpoint, an ONNX file, says.
    case onnx

    /// The published ones, by the names that torchvision gives them, and what comes with its own description.
    package static let named: [String: ArchitectureDescription] = [
        "moving_shapes": .movingShapes(.standard),
        "r2plus1d_18": .videoResNet(.eighteen(.r2plus1d)),
        "r3d_18": .videoResNet(.eighteen(.r3d)),
        "mc3_18": .videoResNet(.eighteen(.mc3)),
        "onnx": .onnx,
    ]

    /// The name, or the family and its numbers.
    package var summary: String {
        if let name = Self.named.first(where: { $0.value == self })?.key { return name }
        switch self {
        case .movingShapes(let description):
            return "moving_shapes(channels \(description.widths.map(String.init).joined(separator: ",")))"
        case .onnx: return "onnx"
        case .videoResNet(let description):
            let channels = description.channels.map(String.init).joined(separator: ",")
            let blocks = description.blocks.map(String.init).joined(separator: ",")
            return "\(description.family.rawValue)(channels \(channels); blocks \(blocks); stem \(description.stem))"
        }
    }
}

/// The video ResNets of Tran et al., "A Closer Look at Spatiotemporal Convolutions for Action Recognition" (2018), as torchvision lays them
/// out: a stem, four layers of basic blocks, global mean, linear.
package struct VideoResNetDescription: Hashable, Sendable {
    package enum Family: String, Hashable, Sendable, CaseIterable {
        /// Every 3×3×3 convolution is a 1×3×3 and a 3×1×1 one with batch norm and ReLU between.
        case r2plus1d
        /// 3×3×3 convolutions throughout.
        case r3d
        /// 3×3×3 convolutions in the first layer, 1×3×3 afterwards.
        case mc3
    }

    package let family: Family
    /// Channels of the four layers; the stem gives as many as the first.
    package let channels: [Int]
    /// Basic blocks in each of the four layers.
    package let blocks: [Int]
    /// Channels between the two convolutions of r2plus1d's stem; the other families do not use it.
    package let stem: Int

    static func eighteen(_ family: Family) -> VideoResNetDescription {
        VideoResNetDescription(family: family, channels: [64, 128, 256, 512], blocks: [2, 2, 2, 2], stem: 45)
    }
}
