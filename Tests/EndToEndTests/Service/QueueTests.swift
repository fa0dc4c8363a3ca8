import Foundation
import Glibc
import TestSupport
import Testing

struct QueueTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func request(_ video: String, _ fields: String) -> String {
        #"{"video":"\#(video)","model":"moving-shapes-sides","checks":[],\#(fields)}"#
    }

    @Test func aKeyStandsForOneRequest() async throws {
        var service = try await ServiceProcess.start(in: directory, environment: [:])
        let video = try await service.videoID(of: RealClip.shared.value.url)
        func post(_ fields: String, expecting status: Int) async throws -> Answer {
            try await service.curl(
                "/v1/explanations?wait=300",
                [
                    "--header", "Content-Type: application/json", "--header", "Idempotency-Key: a1", "--data-binary",
                    request(video, fields),
                ], expecting: status)
        }
        let first = try await post(#""method":"gradient""#, expecting: 200).decoded(as: ExplanationBody.self)
        service.child.send(SIGKILL)
        #expect(await service.child.ending() == .signal(SIGKILL))
        service = try await ServiceProcess.start(in: directory, environment: [:])
        let again = try await post(#""method":"gradient""#, expecting: 200).decoded(as: ExplanationBody.self)
        #expect(again.id == first.id)
        let other = try await post(#""method":"gradient","seed":5"#, expecting: 409).decoded(as: ProblemBody.self)
        #expect(other.code == "request.idempotency-conflict")
        let list = try await service.document("/v1/explanations", as: ExplanationListBody.self)
        #expect(list.items.map(\.id) == [first.id])
    }

    @Test func aFullQueueSaysWhenToComeBack() async throws {
        let service = try await ServiceProcess.start(
            in: directory, environment: ["CINEGRAD_LIMITS_QUEUED_JOBS": "1"])
        let video = try await service.videoID(of: RealClip.shared.value.url)
        let long = request(video, #""samples":10000"#)
        let running = try await service.post("/v1/explanations", json: long, expecting: 202)
            .decoded(as: ExplanationBody.self)
        let stream = try EventStream(service, explanation: running.id)
        while let event = try await stream.next(), event.explanation.state == "queued" {}
        let waiting = try await service.post("/v1/explanations", json: long, expecting: 202)
            .decoded(as: ExplanationBody.self)
        let refused = try await service.post("/v1/explanations", json: long, expecting: 503)
        #expect(try refused.decoded(as: ProblemBody.self).code == "queue.full")
        #expect(try #require(refused.headers["retry-after"].flatMap { Int($0) }) > 0)

        try await service.curl("/v1/explanations/\(waiting.id)", ["--request", "DELETE"], expecting: 200)
        try await service.curl("/v1/explanations/\(running.id)", ["--request", "DELETE"], expecting: 202)
        #expect(try await service.finished(running.id).state == "cancelled")
        _ = try await service.explain(
            video, #""model":"moving-shapes-sides","method":"gradient","checks":[]"#)
    }

    @Test func eventsTellOfEveryJobToItsEnd() async throws {
        let service = try await ServiceProcess.start(in: directory, environment: [:])
        let video = try await service.videoID(of: RealClip.shared.value.url)
        let job = try await service.post(
            "/v1/explanations", json: request(video, #""samples":4"#), expecting: 202
        ).decoded(as: ExplanationBody.self)
        let stream = try EventStream(service, explanation: job.id)
        var events: [EventStream.Event] = []
        while let event = try await stream.next() { events.append(event) }
        #expect(events.map(\.explanation.id) == events.map { _ in job.id })
        let completed = events.map(\.explanation.progress.completed)
        #expect(completed == completed.sorted())
        #expect(events.map(\.name).filter { $0 == "succeeded" }.count == 1)
        #expect(events.last?.name == "succeeded")
        #expect(events.dropLast().allSatisfy { ["progress", "partial"].contains($0.name) })
        #expect(events.last?.explanation.prediction?.scores.count == 3)
    }
}
