package import Checkpoints
package import Foundation
import Tensors

/// A training in a file: a safetensors file with everything that the next step depends on, so that a training that is resumed ends with the same
/// bits as one that was not interrupted.
package enum TrainingCheckpoint {
    private static let format = "cinegrad-training-1"

    private enum Part: String, CaseIterable {
        case parameter, statistic
        case averageParameter = "average.parameter"
        case averageStatistic = "average.statistic"
        case first, second
    }

    /// - Throws: `SafetensorsWriter.Refusal`.
    package static func data(_ trainer: Trainer) throws -> Data {
        var tensors: [String: Tensor] = [:]
        for (part, names, values) in parts(trainer) {
            for (name, value) in zip(names, values) { tensors["\(part.rawValue).\(name)"] = value }
        }
        return try SafetensorsWriter.data(
            tensors,
            metadata: [
                "format": format, "step": String(trainer.step),
                "configuration": String(decoding: try encoder.encode(trainer.configuration), as: UTF8.self),
            ])
    }

    /// - Parameter path: for messages.
    /// - Throws: ``TrainingError/notResumable(path:reason:)``, `CheckpointError`.
    package static func trainer(from checkpoint: Checkpoint, path: String) throws -> Trainer {
        func refuse(_ reason: String) -> TrainingError { .notResumable(path: path, reason: reason) }
        let metadata = checkpoint.metadata
        guard metadata["format"] == format, let text = metadata["configuration"],
            let configuration = try? JSONDecoder().decode(TrainingConfiguration.self, from: Data(text.utf8))
        else { throw refuse("it is no training's checkpoint") }
        var trainer = try Trainer(configuration)
        guard let step = metadata["step"].flatMap(Int.init), (0...configuration.steps).contains(step) else {
            throw refuse("it does not say how many steps were made")
        }
        var used = 0
        func read(_ part: Part, _ names: [String], _ values: inout [Tensor]) throws {
            for index in values.indices {
                let name = "\(part.rawValue).\(names[index])"
                guard let stored = checkpoint[name: name] else { throw refuse("it lacks \(name)") }
                guard stored.shape == values[index].shape else {
                    throw refuse("\(name) has the shape \(stored.shape), not \(values[index].shape)")
                }
                values[index] = stored.tensor()
                let isFinite = values[index].withUnsafeValues { $0.allSatisfy(\.isFinite) }
                guard isFinite else { throw refuse("\(name) holds values that are not finite numbers") }
                used += 1
            }
        }
        let (parameters, statistics) = (trainer.network.parameterNames, trainer.network.statisticNames)
        try read(.parameter, parameters, &trainer.network.parameters)
        try read(.statistic, statistics, &trainer.network.statistics)
        try read(.averageParameter, parameters, &trainer.averageParameters)
        try read(.averageStatistic, statistics, &trainer.averageStatistics)
        try read(.first, parameters, &trainer.optimizerState.first)
        try read(.second, parameters, &trainer.optimizerState.second)
        guard used == checkpoint.names.count else {
            throw refuse("it holds \(checkpoint.names.count - used) tensors that this training does not know")
        }
        trainer.step = step
        trainer.optimizerState.steps = step
        return trainer
    }

    private static func parts(_ trainer: Trainer) -> [(Part, [String], [Tensor])] {
        let (parameters, statistics) = (trainer.network.parameterNames, trainer.network.statisticNames)
        return Part.allCases.map { part in
            switch part {
            case .parameter: (part, parameters, trainer.network.parameters)
            case .statistic: (part, statistics, trainer.network.statistics)
            case .averageParameter: (part, parameters, trainer.averageParameters)
            case .averageStatistic: (part, statistics, trainer.averageStatistics)
            case .first: (part, parameters, trainer.optimizerState.first)
            case .second: (part, parameters, trainer.optimizerState.second)
            }
        }
    }

    private static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return encoder
    }
}
