import API
import HTTPTypes
import Store
import Testing

/// Lists, cancellation and limits of what waits.
struct QueueTests {
    @Test func listsAreFilteredAndComeInPages() async throws {
        try await TestService.with { service in
            let request = try await service.tinyRequest()
            let other = try await service.upload(ArrayFile.bytes(frames: 40, height: 16, width: 16, value: 9)).json[
                "id"]
            var ids: [JSON] = []
            for (video, model) in [
                (request["video"], request["model"]), (other, "moving-shapes-sides"),
                (other, request["model"]), (request["video"], request["model"]),
            ] {
                let answer = try await service.post(
                    "/v1/explanations", ["video": video, "model": model, "checks": []])
                ids.append(try answer.json["id"])
            }
            let last = try #require(ids[3].string)
            #expect(try await service.delete("/v1/explanations/\(last)").status == 200)

            func list(_ query: String) async throws -> [JSON] {
                try await service.get("/v1/explanations\(query)").json["items"].column("id")
            }
            let video = try #require(request["video"].string)
            #expect(try await list("") == ids.reversed())
            #expect(try await list("?state=queued") == [ids[2], ids[1], ids[0]])
            #expect(try await list("?state=cancelled") == [ids[3]])
            #expect(try await list("?state=running") == [])
            #expect(try await list("?video=\(video)") == [ids[3], ids[0]])
            #expect(try await list("?model=moving-shapes-sides") == [ids[1]])
            #expect(try await list("?model=tiny") == [ids[3], ids[2], ids[0]])
            #expect(try await list("?model=\(try #require(request["model"].string))&state=queued") == [ids[2], ids[0]])
            #expect(try await list("?video=vid_1111111111111111111111") == [])
            #expect(try await list("?model=unknown") == [])

            let page = try await service.get("/v1/explanations?limit=3&state=queued").json
            #expect(page["next"].isNull)
            let first = try await service.get("/v1/explanations?limit=3").json
            let cursor = try #require(first["next"].string)
            #expect(first["items"].column("id") == [ids[3], ids[2], ids[1]])
            #expect(try await list("?limit=3&cursor=\(cursor)") == [ids[0]])
            #expect(try await service.get("/v1/explanations?cursor=x").code == "request.invalid-cursor")

            #expect(
                try await service.get("/readyz").json["explanations"] == [
                    "queued": 3, "running": 0, "succeeded": 0, "failed": 0, "cancelled": 1,
                ])
        }
    }

    @Test(arguments: Transport.allCases) func whatWaitsIsCancelledAndThenDeleted(_ transport: Transport) async throws {
        try await TestService.with(transport) { service in
            let answer = try await service.post("/v1/explanations", try await service.tinyRequest())
            let address = try #require(answer.header("Location"))
            let cancelled = try await service.delete(address)
            #expect(cancelled.status == 200)
            #expect(try cancelled.json["state"] == "cancelled")
            #expect(try await service.get(address).json == (try cancelled.json))
            #expect(try await service.delete(address).status == 204)
            for answer in [try await service.get(address), try await service.delete(address)] {
                #expect(answer.status == 404 && answer.code == "explanation.not-found")
            }
        }
    }

    @Test func whatRunsIsAskedToStop() async throws {
        try await TestService.with { service in
            let answer = try await service.post("/v1/explanations", try await service.tinyRequest())
            let address = try #require(answer.header("Location"))
            // This test is the worker.
            let job = try #require(try service.store.claim(worker: "test", lease: .seconds(3600)))
            _ = try service.store.heartbeat(
                job, completed: 3, total: 12, stage: "attribution", partial: #"{"value":0.5,"standard_error":0.25}"#,
                lease: .seconds(3600))
            let running = try await service.get(address).json
            #expect(running["state"] == "running" && running["attempts"] == 1)
            #expect(running["progress"]["stage"] == "attribution" && running["progress"]["fraction"] == 0.25)
            #expect(running["partial"] == ["value": 0.5, "standard_error": 0.25])
            #expect(running["progress"]["queue_position"].isNull && running["cancel_requested"].isNull)

            let cancelling = try await service.delete(address)
            #expect(cancelling.status == 202)
            #expect(try cancelling.json["state"] == "running")
            #expect(try cancelling.json["cancel_requested"] == true)
            #expect(try await service.delete(address).status == 202)

            #expect(try service.store.finishCancelled(job))
            #expect(try await service.get(address).json["state"] == "cancelled")
            #expect(try await service.delete(address).status == 204)
        }
    }

    @Test func nobodyFillsTheQueueAlone() async throws {
        let limits = StoreLimits(queued: 4, queuedPerOwner: 1, interruptions: 16)
        try await TestService.with(.inProcess, limits: .standard, store: limits) { service in
            func ask(_ token: String) async throws -> Answer {
                let video = try await service.request(
                    .post, "/v1/videos",
                    headers: [.contentType: "video/mp4", .authorization: "Bearer \(token)"], body: service.sample())
                let request: JSON = ["model": "moving-shapes-sides", "video": try video.json["id"]]
                return try await service.request(
                    .post, "/v1/explanations",
                    headers: [.contentType: "application/json", .authorization: "Bearer \(token)"], body: request.bytes)
            }
            let (one, other) = (try service.token([.submit, .manage]), try service.token([.submit, .manage]))
            #expect(try await ask(one).status == 202)
            let refused = try await ask(one)
            #expect(refused.status == 429 && refused.code == "queue.share-full")
            #expect(refused.header("Retry-After") != nil)
            #expect(try await ask(other).status == 202)
        }
    }

    @Test func aFullQueueTakesNoMore() async throws {
        let limits = StoreLimits(queued: 2, interruptions: 16)
        try await TestService.with(.inProcess, limits: .standard, store: limits) { service in
            let request = try await service.tinyRequest()
            for _ in 0..<2 { #expect(try await service.post("/v1/explanations", request).status == 202) }
            let refused = try await service.post("/v1/explanations", request)
            #expect(refused.status == 503 && refused.code == "queue.full")
            #expect(refused.header("Retry-After") != nil)
        }
    }
}
