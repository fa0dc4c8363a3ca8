import Evaluation
import Foundation
import Pipelines
import Rendering
import Training

/// Where an evaluation lives: `plan.json`, a line of `clips-TASK.jsonl` for each clip that was measured, and the result, `report.md`, `report.json` and
/// `figure.png`.
struct EvaluationDirectory {
    private let root: URL
    /// As it was given.
    private let path: String

    /// Makes the directory unless it is there.
    init(_ path: String) throws {
        root = URL(fileURLWithPath: path, isDirectory: true)
        self.path = path
        do {
            try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        } catch {
            throw Failure(
                code: "output.unwritable", message: "the directory \(path) cannot be made; choose another with --output"
            )
        }
    }

    private var planFile: URL { root.appending(path: "plan.json") }
    private func clipsFile(_ task: MovingShapesTask) -> URL { root.appending(path: "clips-\(task.rawValue).jsonl") }

    /// Leaves the plan in the directory, or finds it there.
    /// - Throws: `Failure` when the directory holds another evaluation, or one that is not to be resumed.
    func begin(_ plan: EvaluationPlan, resumes: Bool) throws {
        if let data = try? Data(contentsOf: planFile) {
            guard resumes else {
                throw Failure(
                    code: "evaluation.exists",
                    message:
                        "\(path) holds an evaluation: go on with --resume, or choose another directory with --output")
            }
            guard let stored = try? JSONDecoder().decode(EvaluationPlan.self, from: data), stored.agrees(with: plan)
            else {
                throw Failure(
                    code: "evaluation.differs",
                    message:
                        "\(path) holds an evaluation with other options, another model or of another version: give the options of its plan.json, or choose another directory with --output"
                )
            }
        } else if resumes {
            throw Failure(code: "evaluation.not-found", message: "\(path) holds no evaluation to resume")
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try DurableWrite.replace(planFile, with: encoder.encode(plan))
    }

    /// The clips that were measured before: whole lines, in their order. A line that was being written when the run ended is measured again.
    func findings(of task: MovingShapesTask) throws -> [ClipFindings] {
        let file = clipsFile(task)
        guard let data = try? Data(contentsOf: file) else { return [] }
        var lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // Behind the last line's end there is nothing, or the beginning of a line.
        if !lines.isEmpty { lines.removeLast() }
        let findings = try lines.enumerated().map { index, line in
            guard let clip = try? JSONDecoder().decode(ClipFindings.self, from: Data(line)), clip.clip == index else {
                throw Failure(
                    code: "evaluation.damaged",
                    message:
                        "line \(index + 1) of \(file.lastPathComponent) in \(path) is damaged; remove the file to measure again"
                )
            }
            return clip
        }
        let whole = lines.reduce(0) { $0 + $1.count + 1 }
        if whole < data.count { try DurableWrite.replace(file, with: data.prefix(whole)) }
        return findings
    }

    /// Adds one clip, on the disk when this returns.
    func append(_ clip: ClipFindings, of task: MovingShapesTask) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let file = clipsFile(task)
        do {
            if !FileManager.default.fileExists(atPath: file.path) { try Data().write(to: file) }
            let handle = try FileHandle(forWritingTo: file)
            defer { try? handle.close() }
            try handle.seekToEnd()
            try handle.write(contentsOf: try encoder.encode(clip) + Data("\n".utf8))
            try handle.synchronize()
        } catch {
            throw Failure(
                code: "output.unwritable", message: "\(file.lastPathComponent) in \(path) cannot be written")
        }
    }

    /// Each file as a whole, the documents last.
    func write(_ report: EvaluationReport) throws {
        func replace(_ name: String, _ data: Data) throws {
            try DurableWrite.replace(root.appending(path: name), with: data)
        }
        try replace(
            "figure.png", Data(PNG.encode(report.figure(), text: [("Software", SoftwareVersion.name)])))
        try replace("report.json", report.json())
        try replace("report.md", Data(report.markdown.utf8))
    }
}
