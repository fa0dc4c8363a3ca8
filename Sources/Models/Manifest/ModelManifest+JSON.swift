package import Foundation

extension ModelManifest {
    /// Reads a manifest; unknown fields are refused.
    /// - Throws: ``ModelError/invalidManifest(_:)``.
    package init(json: Data) throws {
        do {
            self = try JSONDecoder().decode(ManifestDocument.self, from: json).manifest()
        } catch {
            throw ModelError.invalidManifest(DocumentError(error))
        }
    }
}

/// The manifest as it is written.
private struct ManifestDocument: Decodable {
    let name: String
    let architecture: ArchitectureDescription
    let task: String
    let labels: [String]?
    let outputs: [OutputDocument]?
    let stripPrefix: String?
    let input: InputDocument
    let defaultTarget: Target?
    let licence: String?
    let intendedUse: String?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, architecture, task, labels, outputs, input, licence
        case stripPrefix = "strip_prefix"
        case defaultTarget = "default_target"
        case intendedUse = "intended_use"
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.closedContainer(keyedBy: CodingKeys.self)
        name = try fields.decode(String.self, forKey: .name)
        let named = try? fields.decode(String.self, forKey: .architecture)
        if let named {
            guard let known = ArchitectureDescription.named[named] else {
                throw DocumentError(
                    path: "architecture",
                    reason:
                        "\(named) is not known: one of \(ArchitectureDescription.named.keys.sorted().joined(separator: ", ")), or an object with family and channels (and blocks and stem of a video ResNet)"
                )
            }
            architecture = known
        } else {
            architecture =
                if (try? fields.decode(FamilyName.self, forKey: .architecture))?.family == MovingShapesDocument.family {
                    .movingShapes(try fields.decode(MovingShapesDocument.self, forKey: .architecture).description)
                } else {
                    .videoResNet(try fields.decode(FamilyDocument.self, forKey: .architecture).description())
                }
        }
        task = try fields.decode(String.self, forKey: .task)
        labels = try fields.decodeIfPresent([String].self, forKey: .labels)
        outputs = try fields.decodeIfPresent([OutputDocument].self, forKey: .outputs)
        stripPrefix = try fields.decodeIfPresent(String.self, forKey: .stripPrefix)
        input = try fields.decode(InputDocument.self, forKey: .input)
        defaultTarget = try fields.decodeIfPresent(Target.self, forKey: .defaultTarget)
        licence = try fields.decodeIfPresent(String.self, forKey: .licence)
        intendedUse = try fields.decodeIfPresent(String.self, forKey: .intendedUse)
    }

    func manifest() throws -> ModelManifest {
        guard ModelManifest.isName(name) else {
            throw DocumentError(path: "name", reason: "a name has 1 to 64 characters of A-Z a-z 0-9 . _ -")
        }
        guard let purpose = ModelManifest.Purpose(rawValue: task) else {
            throw DocumentError(path: "task", reason: "expected classification or regression")
        }
        return ModelManifest(
            name: name, architecture: architecture, purpose: purpose, labels: labels ?? [],
            outputs: (outputs ?? []).map { ModelManifest.Output(name: $0.name, unit: $0.unit ?? "") },
            stripPrefix: stripPrefix, input: try input.contract(for: architecture), defaultTarget: defaultTarget,
            licence: licence,
            intendedUse: intendedUse)
    }
}

extension ModelManifest {
    /// Whether a text may be a model's name.
    package static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}

private struct OutputDocument: Decodable {
    let name: String
    let unit: String?

    enum CodingKeys: String, CodingKey, CaseIterable { case name, unit }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.closedContainer(keyedBy: CodingKeys.self)
        name = try fields.decode(String.self, forKey: .name)
        unit = try fields.decodeIfPresent(String.self, forKey: .unit)
    }
}

/// Which kind of object an architecture is.
private struct FamilyName: Decodable {
    let family: String
}

private struct MovingShapesDocument: Decodable {
    static let family = "moving_shapes"

    let description: MovingShapesDescription

    enum CodingKeys: String, CodingKey, CaseIterable { case family, channels }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.closedContainer(keyedBy: CodingKeys.self)
        let channels = try fields.decode([Int].self, forKey: .channels)
        guard channels.count == 4, channels.allSatisfy(FamilyDocument.sizes.contains) else {
            throw DocumentError(path: "architecture.channels", reason: "expected four numbers from 1 to 65536")
        }
        description = MovingShapesDescription(widths: channels)
    }
}

private struct FamilyDocument: Decodable {
    static let sizes = 1...65_536

    let family: VideoResNetDescription.Family
    let channels: [Int]
    let blocks: [Int]
    let stem: Int?

    enum CodingKeys: String, CodingKey, CaseIterable { case family, channels, blocks, stem }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.closedContainer(keyedBy: CodingKeys.self)
        let name = try fields.decode(String.self, forKey: .family)
        guard let family = VideoResNetDescription.Family(rawValue: name) else {
            let known = VideoResNetDescription.Family.allCases.map(\.rawValue) + [MovingShapesDocument.family]
            throw DocumentError(
                path: "architecture.family", reason: "expected one of \(known.joined(separator: ", "))")
        }
        self.family = family
        channels = try fields.decode([Int].self, forKey: .channels)
        blocks = try fields.decode([Int].self, forKey: .blocks)
        stem = try fields.wholeNumber(Int.self, forKey: .stem)
    }

    func description() throws -> VideoResNetDescription {
        guard channels.count == 4, channels.allSatisfy(Self.sizes.contains) else {
            throw DocumentError(path: "architecture.channels", reason: "expected four numbers from 1 to 65536")
        }
        guard blocks.count == 4, blocks.allSatisfy((1...256).contains) else {
            throw DocumentError(path: "architecture.blocks", reason: "expected four numbers from 1 to 256")
        }
        let stem = stem ?? 45
        guard Self.sizes.contains(stem) else {
            throw DocumentError(path: "architecture.stem", reason: "expected a number from 1 to 65536")
        }
        return VideoResNetDescription(family: family, channels: channels, blocks: blocks, stem: stem)
    }
}

private struct InputDocument: Decodable {
    let frames, height, width: Int
    let period: Int?
    let frameRate: Double?
    let layout, channels, preparation: String?
    let range, mean, std: [Double]?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case frames, period, height, width, layout, channels, preparation, range, mean, std
        case frameRate = "frame_rate"
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.closedContainer(keyedBy: CodingKeys.self)
        frames = try fields.requiredWholeNumber(forKey: .frames)
        height = try fields.requiredWholeNumber(forKey: .height)
        width = try fields.requiredWholeNumber(forKey: .width)
        period = try fields.wholeNumber(Int.self, forKey: .period)
        frameRate = try fields.decodeIfPresent(Double.self, forKey: .frameRate)
        preparation = try fields.decodeIfPresent(String.self, forKey: .preparation)
        layout = try fields.decodeIfPresent(String.self, forKey: .layout)
        channels = try fields.decodeIfPresent(String.self, forKey: .channels)
        range = try fields.decodeIfPresent([Double].self, forKey: .range)
        mean = try fields.decodeIfPresent([Double].self, forKey: .mean)
        std = try fields.decodeIfPresent([Double].self, forKey: .std)
    }

    func contract(for architecture: ArchitectureDescription) throws -> InputContract {
        for (name, value, limit) in [("frames", frames, 4096), ("height", height, 8192), ("width", width, 8192)] {
            guard (1...limit).contains(value) else {
                throw DocumentError(path: "input.\(name)", reason: "expected a number from 1 to \(limit)")
            }
        }
        let period = period ?? 1
        guard (1...1000).contains(period) else {
            throw DocumentError(path: "input.period", reason: "expected a number from 1 to 1000")
        }
        if let frameRate, !(0.001...1000).contains(frameRate) {
            throw DocumentError(path: "input.frame_rate", reason: "expected frames a second, from 0.001 to 1000")
        }
        guard let preparation = InputContract.Preparation(rawValue: preparation ?? "region") else {
            let names = InputContract.Preparation.allCases.map(\.rawValue).joined(separator: " or ")
            throw DocumentError(path: "input.preparation", reason: "expected \(names)")
        }
        if preparation == .echoNet, height != 112 || width != 112 {
            throw DocumentError(
                path: "input.preparation", reason: "\(preparation.rawValue) makes frames of 112x112 pixels")
        }
        guard let layout = InputContract.Layout(rawValue: layout ?? "NCTHW") else {
            throw DocumentError(path: "input.layout", reason: "expected NCTHW, NTCHW or NTHWC")
        }
        guard layout == .channelsFirst || architecture == .onnx else {
            throw DocumentError(path: "input.layout", reason: "this architecture takes NCTHW")
        }
        guard let channels = InputContract.Channels(rawValue: channels ?? "RGB") else {
            throw DocumentError(path: "input.channels", reason: "expected RGB, BGR or Y")
        }
        let range = range ?? [0, 1]
        guard range.count == 2, range[0].isFinite, range[1].isFinite, range[0] < range[1] else {
            throw DocumentError(path: "input.range", reason: "expected two numbers, the lower first")
        }
        func perChannel(_ values: [Double]?, _ name: String, otherwise value: Double) throws -> [Double] {
            guard let values else { return Array(repeating: value, count: channels.count) }
            guard values.count == channels.count, values.allSatisfy(\.isFinite) else {
                throw DocumentError(
                    path: "input.\(name)", reason: "expected \(channels.count) numbers, one each channel")
            }
            return values
        }
        let std = try perChannel(std, "std", otherwise: 1)
        guard std.allSatisfy({ $0 > 0 }) else {
            throw DocumentError(path: "input.std", reason: "expected positive numbers")
        }
        return InputContract(
            frames: frames, period: period, frameRate: frameRate, preparation: preparation, height: height,
            width: width,
            layout: layout, channels: channels, range: range,
            mean: try perChannel(mean, "mean", otherwise: 0), std: std)
    }
}

extension KeyedDecodingContainer {
    fileprivate func requiredWholeNumber(forKey key: Key) throws -> Int {
        guard let number = try wholeNumber(Int.self, forKey: key) else {
            throw DocumentError(path: (codingPath + [key]).dotted, reason: "this field is missing")
        }
        return number
    }
}
