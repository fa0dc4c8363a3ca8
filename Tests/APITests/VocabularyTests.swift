import API
import Attribution
import Checkpoints
import Cine
import Evaluation
import Models
import Motion
import Pipelines
import Rendering
import Store
import Testing
import Video

/// Closed lists: the contract has exactly the names that the code has.
struct VocabularyTests {
    static let lists: [String: [String]] = [
        "VideoFormat": VideoFormat.allCases.map(\.rawValue),
        "Task": ModelManifest.Purpose.allCases.map(\.rawValue),
        "Channels": InputContract.Channels.allCases.map(\.rawValue),
        "Layout": InputContract.Layout.allCases.map(\.rawValue),
        "Family": VideoResNetDescription.Family.allCases.map(\.rawValue),
        "ArchitectureName": ArchitectureDescription.named.keys.sorted(),
        "Baseline": IntegratedGradients.Baseline.allCases.map(\.rawValue),
        "Method": MethodName.allCases.map(\.rawValue),
        "MovingShapesTask": MovingShapesTask.allCases.map(\.rawValue),
        "Space": Space.allCases.map(\.rawValue),
        "DISPreset": DenseInverseSearch.Preset.allCases.map(\.rawValue),
        "EventName": EventName.allCases.map(\.rawValue),
        "FlowSource": FlowEstimatorKind.allCases.map(\.rawValue) + ["given"],
        "PartName": ExplanationPart.allCases.map(\.rawValue),
        "ArrayKind": AuxiliaryMap.allCases.map(\.rawValue),
        "Pull": SalientVector.Pull.allCases.map(\.rawValue),
        "FlowEstimator": FlowEstimatorKind.allCases.map(\.rawValue),
        "Check": ExplainRequest.Check.allCases.map(\.rawValue),
        "ClipPadding": ClipPadding.allCases.map(\.rawValue),
        "ExportState": ExportState.allCases.map(\.rawValue),
        "JobPriority": JobPriority.allCases.map(\.rawValue),
        "AuditOutcome": AuditEntry.Outcome.allCases.map(\.rawValue),
        "AuditedKind": OwnedKind.allCases.map(\.rawValue) + ["study", "token"],
        "JobState": JobState.allCases.map(\.rawValue),
        "Stage": ExplainProgress.Stage.allCases.map(\.rawValue),
        "MapKind": MapKind.allCases.map(\.rawValue),
        "Sign": MethodFacts.Sign.allCases.map(\.rawValue),
        "Style": FrameStyle.allCases.map(\.rawValue),
        "CheckpointFormat": CheckpointFormat.allCases.map(\.rawValue),
        "CostPhase": ExplainCost.Phase.allCases.map(\.rawValue),
        "RateBasis": JobRate.Basis.allCases.map(\.rawValue),
        "ColorMap": ColorMap.allCases.map(\.rawValue),
        "Geometry": PictureLook.Geometry.allCases.map(\.rawValue),
        "Preparation": InputContract.Preparation.allCases.map(\.rawValue),
        "PeerStatus": PeerStatus.allCases.map(\.rawValue),
        "Field": PictureLook.Field.allCases.map(\.rawValue),
    ]

    @Test(arguments: lists.keys.sorted()) func listsAreEqual(_ name: String) async throws {
        try await TestService.with { service in
            let described = try service.contract.schema(name)["enum"].strings
            #expect(described == Self.lists[name])
        }
    }

    @Test func everyEnumIsHeldAgainstTheCode() async throws {
        try await TestService.with { service in
            // The forms that an answer comes in are held against the service by the tests of maps.
            let places = Contract.places(in: service.contract.root, at: []) { !$0["enum"].isNull }
                .filter { !($0.path.first == "paths" && $0.path.contains("parameters")) }
            #expect(
                Set(places.map { $0.path.joined(separator: "/") })
                    == Set(Self.lists.keys.map { "components/schemas/\($0)" }))
        }
    }

    @Test func bundledModelsAreNamed() async throws {
        try await TestService.with { service in
            let pattern = try #require(try service.contract.schema("ModelId")["pattern"].string)
            for model in BundledModel.allCases { #expect(pattern.contains(model.rawValue)) }
        }
    }

    @Test func finalStatesAreTheLast() async throws {
        try await TestService.with { service in
            let states = try service.contract.schema("JobState")["enum"].strings
            #expect(states.suffix(3) == JobState.allCases.filter(\.isFinal).map(\.rawValue)[...])
        }
    }
}
