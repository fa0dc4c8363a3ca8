import Attribution
import Cine
import Foundation
import Models
import Pipelines
import Tensors
import TestSupport
import Testing

/// Grad-CAM as a job: from a request to maps, report and pictures.
@Suite struct GradCAMTests {
    @Test(
        "Grad-CAM gives one signed map over the clip, of the layer that was asked for or of the last",
        arguments: [1, 2])
    func job(_ threads: Int) throws {
        let sample = try SampleVideo()
        let explanation = try sample.explain(.sides, #"{"method": "gradcam"}"#, threads: threads)
        #expect(explanation.maps.map(\.kind) == [.layer])
        #expect(explanation.maps[0].publicShape == [1, 32, 112, 112])
        let report = explanation.report
        #expect(report.provenance.method.layer == "blocks.3" && report.provenance.method.space == "pixels")
        #expect(report.provenance.method.sign == "signed" && !report.provenance.method.complete)
        #expect(report.provenance.method.passes == 1)
        #expect(report.maps[0].minimum < 0 || report.maps[0].maximum > 0)
        #expect(report.shares == nil && report.fidelity == nil && report.timeline == nil && report.parts.isEmpty)
        #expect(explanation.flow == nil && explanation.vectors == nil && explanation.trajectories == nil)
        let control = try #require(report.checks.randomisation?.maps.first)
        #expect(control.kind == .layer && abs(control.randomMap.spearman ?? 1) < 0.02)
        let named = try sample.explain(.sides, #"{"method": "gradcam", "layer": "blocks.3", "checks": []}"#)
        #expect(named.maps[0].values.values == explanation.maps[0].values.values)
        let earlier = try sample.explain(.sides, #"{"method": "gradcam", "layer": "blocks.1", "checks": []}"#)
        #expect(earlier.maps[0].values.values != named.maps[0].values.values)
        #expect(earlier.report.target.value == named.report.target.value)
    }

    @Test("What Grad-CAM cannot do is refused with what it can")
    func refusals() throws {
        let sample = try SampleVideo()
        func refusal(_ json: String) -> Failure? {
            do {
                _ = try sample.explain(.sides, json)
                return nil
            } catch {
                return Failure(error)
            }
        }
        let unknown = try #require(refusal(#"{"method": "gradcam", "layer": "layer4"}"#))
        #expect(unknown.code == "target.unknown-layer")
        #expect(unknown.message.contains("blocks.0, blocks.1, blocks.2, blocks.3"))
        let space = try #require(refusal(#"{"method": "gradcam", "space": "decomposition"}"#))
        #expect(space.code == "request.invalid" && space.message.contains("it takes pixels"))
        let layer = try #require(refusal(#"{"layer": "blocks.3"}"#))
        #expect(layer.code == "request.invalid" && layer.message.contains("only the method gradcam takes a layer"))
    }
}
