package import Attribution
package import Evaluation
import Models

/// What an evaluation measures, and on what: everything that its numbers depend on.
package struct EvaluationPlan: Hashable, Sendable, Codable {
    /// A model and the task that it is held against.
    package struct Subject: Hashable, Sendable, Codable {
        package var task: MovingShapesTask
        /// By name.
        package var model: String
        /// Of its checkpoint, in hexadecimal.
        package var sha256: String

        package init(task: MovingShapesTask, model: String, sha256: String) {
            self.task = task
            self.model = model
            self.sha256 = sha256
        }
    }

    package static let exampleLimit = 10_000
    package static let sampleRange = 1...1000
    package static let marginRange = 0...16
    package static let standardMethods: [MethodName] = [
        .gradient, .smoothgrad, .gradientTimesInput, .integratedGradients, .lastingMotion,
    ]

    package var subjects: [Subject]
    /// Clips for each subject.
    package var examples: Int
    package var options: StudyOptions
    /// Whether it is the self-test (``SelfTest``), whose properties are held against their bounds at the end; nil for all others.
    package private(set) var quick: Bool?
    /// Of the software: another may round otherwise.
    package var version: String

    /// - Throws: `DocumentError` for no examples.
    package init(subjects: [Subject], examples: Int, options: StudyOptions) throws {
        guard (1...Self.exampleLimit).contains(examples) else {
            throw DocumentError(path: "examples", reason: "expected 1 to \(Self.exampleLimit) clips, not \(examples)")
        }
        self.subjects = subjects
        self.examples = examples
        self.options = options
        version = SoftwareVersion.current
    }

    /// The self-test.
    package init(selfTestOf subjects: [Subject]) {
        self.subjects = subjects
        examples = SelfTest.clips
        options = SelfTest.options
        quick = true
        version = SoftwareVersion.current
    }

    package var isSelfTest: Bool { quick ?? false }
    /// Clips of all subjects, and for a self-test one step for each subject's properties.
    package var steps: Int { subjects.count * (examples + (isSelfTest ? 1 : 0)) }
    /// As whose clip 0 the properties of a subject are stored: subjects behind those of the plan.
    func verdicts(of subject: Int) -> Int { subjects.count + subject }

    /// Whether clips that were measured for one are the same for the other.
    package func agrees(with other: EvaluationPlan) -> Bool {
        var other = other
        other.examples = examples
        return self == other
    }
}
