import Jobs
import Store
import Telemetry
import Testing

struct JobMeasuresTests {
    private struct Refused: JobFailure {
        let code = "video.truncated"
        let message = "It ends early."
    }

    /// The value of a line of the fixture's numbers.
    private func value(_ fixture: JobsFixture, _ line: String) throws -> Double {
        let lines = fixture.metrics.text().split(separator: "\n")
        let found = try #require(lines.first { $0.hasPrefix(line + " ") }, "\(line) is not there")
        return try #require(Double(found.dropFirst(line.count + 1)))
    }

    @Test func jobsAreCountedByHowTheyEndAndTimedByStage() async throws {
        let fixture = try JobsFixture()
        let pool = fixture.pool(workers: 1, drain: .seconds(60)) { job, control in
            try control.report(completed: 0, total: 2, stage: "decoding", partial: nil)
            try control.report(completed: 1, total: 2, stage: "decoding", partial: nil)
            try control.report(completed: 2, total: 2, stage: "storing", partial: nil)
            if job.videoID == "bad" { throw Refused() }
            return .succeeded(result: JobResult { _ in "{}" }, maps: [], clip: nil, artefacts: [])
        }
        let good = [try fixture.enqueue(), try fixture.enqueue()]
        let bad = try fixture.enqueue(video: "bad")
        try await fixture.running(pool) {
            let last = try await fixture.awaitEnd(of: bad)
            #expect(last.state == .failed)
        }
        for id in good { #expect(try fixture.store.explanation(id: id)?.state == .succeeded) }
        #expect(try value(fixture, "cinegrad_job_duration_seconds_count{outcome=\"succeeded\"}") == 2)
        #expect(try value(fixture, "cinegrad_job_duration_seconds_count{outcome=\"failed\"}") == 1)
        for stage in ["decoding", "storing"] {
            #expect(try value(fixture, "cinegrad_job_stage_seconds_count{stage=\"\(stage)\"}") == 3)
        }
        #expect(try value(fixture, "cinegrad_job_wait_seconds_count") == 3)
        #expect(try value(fixture, "cinegrad_jobs_interrupted_total") == 0)
    }

    @Test func aPoolTellsHowItsWorkersAre() async throws {
        let fixture = try JobsFixture()
        let pool = fixture.pool(workers: 2, drain: .seconds(60)) { _, _ in
            .succeeded(result: JobResult { _ in "{}" }, maps: [], clip: nil, artefacts: [])
        }
        #expect(pool.status.working == 0)
        let id = try fixture.enqueue()
        try await fixture.running(pool) {
            _ = try await fixture.awaitEnd(of: id)
            for _ in 0..<100_000 where pool.status.working < 2 { await Task.yield() }
            #expect(pool.status.working == 2 && !pool.status.isFailing)
        }
        #expect(pool.status.working == 0)
    }
}
