import Testing

/// Progress by Server-Sent Events.
struct EventTests {
    struct Event {
        let name: String
        let data: JSON
    }

    /// Takes a stream apart, strictly: `event`, `data` and an empty line each.
    static func events(_ text: String) throws -> [Event] {
        #expect(text.hasSuffix("\n\n"))
        return try text.split(separator: "\n\n").map { block in
            let lines = block.split(separator: "\n", omittingEmptySubsequences: false)
            try #require(lines.count == 2)
            try #require(lines[0].hasPrefix("event: ") && lines[1].hasPrefix("data: "))
            return Event(name: String(lines[0].dropFirst(7)), data: try JSON(String(lines[1].dropFirst(6))))
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
                    let fields: JSON = ["event": .string(event.name), "data": .string(try event.data.text)]
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

    @Test func eventsOfNothingAreNotFound() async throws {
        try await TestService.with { service in
            let answer = try await service.get("/v1/explanations/exp_1/events")
            #expect(answer.status == 404 && answer.code == "explanation.not-found")
        }
    }
}
