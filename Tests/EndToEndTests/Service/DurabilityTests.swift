import Foundation
import Glibc
import TestSupport
import Testing

/// What was acknowledged outlives the process.
struct DurabilityTests {
    private static let request = #""model":"moving-shapes-sides","method":"smoothgrad","samples":40,"checks":[]"#

    @Test func aJobThatWasKilledFinishesOnceAndAlike() async throws {
        let clip = try await RealClip.shared.value
        let directory = try TemporaryDirectory()
        var service = try await ServiceProcess.start(in: directory, environment: [:])
        let video = try await service.videoID(of: clip.url)
        let job = try await service.post(
            "/v1/explanations", json: "{\"video\":\"\(video)\",\(Self.request)}", expecting: 202
        ).decoded(as: ExplanationBody.self)
        let waiting = try await service.post(
            "/v1/explanations", json: "{\"video\":\"\(video)\",\(Self.request),\"seed\":2}", expecting: 202
        ).decoded(as: ExplanationBody.self)
        try await untilHalfDone(job.id, service)

        service.child.send(SIGKILL)
        #expect(await service.child.ending() == .signal(SIGKILL))
        service = try await ServiceProcess.start(in: directory, environment: [:])

        let finished = try await service.finished(job.id)
        #expect(finished.state == "succeeded")
        #expect(finished.attempts == 2)
        #expect(try await service.finished(waiting.id).attempts == 1)
        let list = try await service.document("/v1/explanations", as: ExplanationListBody.self)
        #expect(Set(list.items.map(\.id)) == [job.id, waiting.id])
        #expect(list.items.count == 2)
        // The bytes that were acknowledged are there, and the interruption left no trace in the numbers.
        let content = try await service.curl("/v1/videos/\(video)/content", [], expecting: 200)
        #expect(content.body == Array(try Data(contentsOf: clip.url)))
        let undisturbed = try await service.explain(video, Self.request)
        #expect(try await service.npy(finished, "flow") == service.npy(undisturbed, "flow"))
        #expect(await service.stop() == .exit(0))
        // The log's lines follow the states; at the end they are there.
        for id in [job.id, waiting.id] {
            #expect(service.logText.components(separatedBy: "\n").filter { isSuccess($0, of: id) }.count == 1)
        }
    }

    @Test func requestsUnderWayAreAnsweredBeforeTheEnd() async throws {
        let clip = try await RealClip.shared.value
        let directory = try TemporaryDirectory()
        let service = try await ServiceProcess.start(
            in: directory, environment: ["CINEGRAD_SERVER_DRAIN_SECONDS": "600"])
        let video = try await service.videoID(of: clip.url)
        async let answer = service.curl(
            "/v1/explanations?wait=300",
            [
                "--header", "Content-Type: application/json", "--data-binary",
                #"{"video":"\#(video)","model":"moving-shapes-sides","samples":10,"checks":[]}"#,
            ], expecting: 200)
        try await untilRunning(service)
        service.child.send(SIGTERM)
        #expect(try await answer.decoded(as: ExplanationBody.self).state == "succeeded")
        #expect(await service.child.ending() == .exit(0))
    }

    @Test func jobsUnderWayGoBackToTheQueue() async throws {
        let clip = try await RealClip.shared.value
        let directory = try TemporaryDirectory()
        var service = try await ServiceProcess.start(
            in: directory, environment: ["CINEGRAD_SERVER_DRAIN_SECONDS": "0"])
        let video = try await service.videoID(of: clip.url)
        let job = try await service.post(
            "/v1/explanations", json: "{\"video\":\"\(video)\",\(Self.request)}", expecting: 202
        ).decoded(as: ExplanationBody.self)
        try await untilHalfDone(job.id, service)
        #expect(await service.stop() == .exit(0))

        service = try await ServiceProcess.start(in: directory, environment: [:])
        #expect(try await service.finished(job.id).state == "succeeded")
        // The log's line follows the state; at the end it is there.
        #expect(await service.stop() == .exit(0))
        #expect(service.logText.components(separatedBy: "\n").filter { isSuccess($0, of: job.id) }.count == 1)
    }

    @Test func cancellingTakesEffectWithinASample() async throws {
        let clip = try await RealClip.shared.value
        let directory = try TemporaryDirectory()
        let service = try await ServiceProcess.start(in: directory, environment: [:])
        let video = try await service.videoID(of: clip.url)
        let job = try await service.post(
            "/v1/explanations",
            json: #"{"video":"\#(video)","model":"moving-shapes-sides","samples":10000,"checks":[]}"#, expecting: 202
        ).decoded(as: ExplanationBody.self)
        let stream = try EventStream(service, explanation: job.id)
        while let event = try await stream.next(), event.explanation.progress.completed == 0 {}
        try await service.curl("/v1/explanations/\(job.id)", ["--request", "DELETE"], expecting: 202)
        var last: String?
        while let event = try await stream.next() { last = event.name }
        #expect(last == "cancelled")
        #expect(try await service.finished(job.id).state == "cancelled")
        try await service.get(
            "/v1/explanations/\(job.id)/maps/pixels", accept: "application/json", expecting: 409)
    }

    /// Returns when the explanation has made some progress but is not at its end.
    private func untilHalfDone(_ id: String, _ service: ServiceProcess) async throws {
        let stream = try EventStream(service, explanation: id)
        while let event = try await stream.next() {
            let progress = event.explanation.progress
            try #require(event.explanation.state != "succeeded", "the job was faster than this test")
            if progress.completed > 0 {
                try #require(progress.completed < progress.total)
                return
            }
        }
        Issue.record("the events ended early")
    }

    /// Returns when the first explanation runs.
    private func untilRunning(_ service: ServiceProcess) async throws {
        for _ in 0..<10_000 {
            let list = try await service.document("/v1/explanations", as: ExplanationListBody.self)
            guard let id = list.items.first?.id else { continue }
            let stream = try EventStream(service, explanation: id)
            while let event = try await stream.next() {
                try #require(event.explanation.state != "succeeded", "the job was faster than this test")
                if event.explanation.state == "running" { return }
            }
        }
        Issue.record("nothing runs")
    }

    private func isSuccess(_ line: String, of id: String) -> Bool {
        line.contains("job.id=\(id)") && line.contains("job.outcome=succeeded")
    }
}
