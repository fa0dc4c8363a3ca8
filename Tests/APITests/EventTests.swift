import API
import HTTPTypes
import Store
import Testing

/// Progress by Server-Sent Events.
struct EventTests {
    struct Event {
        let id, name: String
        let data: JSON
    }

    /// Takes a stream apart, strictly: `id`, `event`, `data` and an empty line each.
    static func events(_ text: String) throws -> [Event] {
        #expect(text.hasSuffix("\n\n"))
        return try text.split(separator: "\n\n").map { block in
            let lines = block.split(separator: "\n", omittingEmptySubsequences: false)
            try #require(lines.count == 3 && lines[0].hasPrefix("id: "))
            try #require(lines[1].hasPrefix("event: ") && lines[2].hasPrefix("data: "))
            return Event(
                id: String(lines[0].dropFirst(4)), name: String(lines[1].dropFirst(7)),
                data: try JSON(String(lines[2].dropFirst(6))))
        }
    }

    @Test(arguments: Transport.allCases) func eventsLeadToTheReport(_ transport: Transport) async throws {
        try await TestService.with(transport) { service in
            var request = try await service.tinyRequest()
            request["method"] = "smoothgrad"
            request["samples"] = 20
            let answer = try await service.post("/v1/explanations", request)
            let address = try #require(answer.header("Location"))
            try await service.working {
                let stream = try await service.get("\(address)/events")
                #expect(stream.mediaType == "text/event-stream" && stream.header("Cache-Control") == "no-store")
                let events = try Self.events(stream.text)
                let checker = SchemaChecker(contract: service.contract)
                let schema = try service.contract.schema("Event")
                for event in events {
                    let fields: JSON = [
                        "id": .string(event.id), "event": .string(event.name), "data": .string(try event.data.text),
                    ]
                    #expect(checker.violations(fields, schema) == [], "\(event.name)")
                }
                #expect(events.last?.name == "succeeded")
                #expect(events.last?.data == (try await service.get(address).json))
                // What is known only grows.
                let order = ["progress", "partial", "succeeded"]
                let ranks = events.map { order.firstIndex(of: $0.name) ?? -1 }
                #expect(ranks == ranks.sorted() && ranks.first ?? -1 >= 0)
                let completed = events.compactMap { $0.data["progress"]["completed"].int }
                #expect(completed == completed.sorted() && completed.last == 21)
                for event in events { #expect((event.name == "partial") == !event.data["partial"].isNull) }

                // Who comes late learns the end.
                let late = try Self.events(try await service.get("\(address)/events").text)
                #expect(late.map(\.name) == ["succeeded"])
            }
        }
    }

    @Test func theEndComesToThoseWhoWait() async throws {
        try await TestService.with { service in
            let answer = try await service.post("/v1/explanations", try await service.tinyRequest())
            let address = try #require(answer.header("Location"))
            async let stream = service.get("\(address)/events")
            _ = try await service.delete(address)
            let names = try Self.events(try await stream.text).map(\.name)
            #expect(names.last == "cancelled")
            #expect(names.dropLast().allSatisfy { $0 == "progress" } && names.count <= 2)
        }
    }

    @Test(arguments: Transport.allCases) func whoComesBackIsToldWhatIsNew(_ transport: Transport) async throws {
        try await TestService.with(transport) { service in
            let answer = try await service.post("/v1/explanations", try await service.tinyRequest())
            let address = try #require(answer.header("Location"))
            let field = try #require(HTTPField.Name("Last-Event-ID"))
            func events(after id: String?) async throws -> (status: Int, events: [Event]) {
                let headers: HTTPFields = id.map { [field: $0] } ?? [:]
                let answer = try await service.request(.get, "\(address)/events", headers: headers, body: [])
                return (answer.status, answer.body.isEmpty ? [] : try Self.events(answer.text))
            }
            // This test is the worker.
            let job = try #require(try service.store.claim(worker: "test", lease: .seconds(3600)))
            _ = try service.store.heartbeat(
                job, completed: 1, total: 2, stage: "attribution", partial: nil, lease: .seconds(3600))
            let running = try #require(try service.store.explanation(id: job.id))
            #expect(try service.store.finishCancelled(job))
            let all = try await events(after: nil)
            #expect(all.status == 200 && all.events.map(\.name) == ["cancelled"])
            // The id of a state that is over, and of none.
            for id in [EventIdentifier(running).text, "", "nonsense", String(all.events[0].id.dropLast())] {
                let again = try await events(after: id)
                #expect(again.status == 200 && again.events.map(\.id) == all.events.map(\.id), "\(id)")
            }
            let end = try await events(after: all.events[0].id)
            #expect(end.status == 204 && end.events.isEmpty)
        }
    }

    @Test func theStateThatIsKnownIsNotToldAgain() async throws {
        try await TestService.with { service in
            let answer = try await service.post("/v1/explanations", try await service.tinyRequest())
            let address = try #require(answer.header("Location"))
            let waiting = try #require(try service.store.explanation(id: String(address.split(separator: "/")[2])))
            let field = try #require(HTTPField.Name("Last-Event-ID"))
            let known = EventIdentifier(waiting).text
            async let stream = service.request(.get, "\(address)/events", headers: [field: known], body: [])
            _ = try await service.delete(address)
            // Whichever comes first, the stream or the deletion: the state that was known is not told.
            #expect(try Self.events(try await stream.text).map(\.name) == ["cancelled"])
        }
    }

    @Test func eventsOfNothingAreNotFound() async throws {
        try await TestService.with { service in
            let answer = try await service.get("/v1/explanations/exp_1/events")
            #expect(answer.status == 404 && answer.code == "explanation.not-found")
        }
    }
}
