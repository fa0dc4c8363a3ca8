import API
import HTTPTypes
import Store
import TestSupport
import Testing

/// The audit log, filled by requests.
struct AuditTrailTests {
    private func entries(_ service: TestService) async throws -> [JSON] {
        try await service.get("/v1/audit").json["items"].array ?? []
    }

    @Test(arguments: Transport.allCases) func whatChangesSomethingIsPutDown(_ transport: Transport) async throws {
        try await TestService.with(transport) { service in
            let request = try await service.tinyRequest()
            let made = try await service.post("/v1/explanations", request)
            let explanation = try #require(try made.json["id"].string)
            _ = try await service.delete("/v1/explanations/\(explanation)")
            _ = try await service.delete("/v1/models/tiny")
            _ = try await service.delete("/v1/models/moving-shapes-sides")

            let entries = try await entries(service)
            #expect(
                entries.map { $0["action"].string } == [
                    "DELETE /v1/models/{id}", "DELETE /v1/models/{id}", "DELETE /v1/explanations/{id}",
                    "POST /v1/explanations", "POST /v1/models", "POST /v1/videos",
                ])
            #expect(
                entries.map { $0["object"]["id"] } == [
                    "moving-shapes-sides", request["model"], .string(explanation), .string(explanation),
                    request["model"], request["video"],
                ])
            #expect(entries.map { $0["outcome"] } == ["refused", "done", "done", "done", "done", "done"])
            #expect(entries.allSatisfy { $0["who"] == "local" })
            #expect(entries[3]["request"].string == made.header("X-Request-Id"))
            #expect(Set(entries.compactMap { $0["request"].string }).count == entries.count)
            #expect(entries.compactMap { $0["sequence"].int } == [6, 5, 4, 3, 2, 1])
        }
    }

    /// What was erased is gone; that it was erased, by whom and when, stays.
    @Test func theErasureOfAStudyIsPutDown() async throws {
        try await TestService.with { service in
            _ = try await service.store([DICOMObject.cine(frames: 9).bytes], study: "2.25.1")
            #expect(try await service.delete("/v1/studies/2.25.1").status == 204)
            #expect(try await service.delete("/dicom-web/studies/2.25.1").status == 404)
            #expect(try await service.delete("/v1/studies/Mueller").status == 400)
            let entries = try await entries(service)
            #expect(
                entries.map { $0["action"].string } == [
                    "DELETE /v1/studies/{study}", "DELETE /dicom-web/studies/{study}", "DELETE /v1/studies/{study}",
                    "POST /dicom-web/studies/{study}",
                ])
            #expect(entries.map { $0["outcome"] } == ["refused", "refused", "done", "done"])
            #expect(entries.map { $0["object"]["id"] } == [.null, "2.25.1", "2.25.1", "2.25.1"])
            #expect(entries.allSatisfy { $0["object"]["kind"] == "study" })
        }
    }

    @Test func whatOnlyReadsIsNot() async throws {
        try await TestService.with { service in
            for path in ["/", "/v1/videos", "/v1/audit", "/v1/models/none", "/none"] {
                for method in [HTTPRequest.Method.get, .head] {
                    _ = try await service.request(method, path, headers: [:], body: [])
                }
            }
            // Nor what no route takes, since it can change nothing.
            _ = try await service.delete("/none")
            _ = try await service.request(.put, "/v1/videos", headers: [:], body: [])
            #expect(try await entries(service) == [])
        }
    }

    /// Everything in a request that a client can choose holds a name here.
    @Test func noWordOfAClientIsPutDown() async throws {
        try await TestService.with(.socket) { service in
            let name = "MuellerEva"
            let fieldName = try #require(HTTPField.Name(name))
            let headers: HTTPFields = [fieldName: name, .userAgent: name, .contentType: name]
            for path in [
                "/v1/videos", "/v1/videos?\(name)=\(name)", "/v1/models", "/v1/explanations", "/v1/evaluations",
            ] {
                _ = try await service.request(.post, path, headers: headers, body: Array(name.utf8))
            }
            for kind in ["videos", "models", "explanations", "evaluations"] {
                for id in [name, "vid_\(name)", "\(name).mp4"] {
                    _ = try await service.request(
                        .delete, "/v1/\(kind)/\(id)?\(name)=\(name)", headers: headers, body: [])
                }
            }
            let part = FormBody.Part(name: "video", filename: name, bytes: Array(name.utf8))
            _ = try await service.post("/v1/videos", parts: [part])
            let records = try service.store.auditLog(after: nil, limit: 100).records
            #expect(records.count == 18)
            #expect(records.allSatisfy { $0.entry.outcome == .refused })
            #expect(records.allSatisfy { !"\($0)".contains(name) && !$0.entry.line.contains(name) })
        }
    }

    @Test func theLogComesInPages() async throws {
        try await TestService.with { service in
            for _ in 0..<5 { _ = try await service.delete("/v1/videos/none") }
            let first = try await service.get("/v1/audit?limit=3").json
            #expect(first["items"].column("sequence") == [5, 4, 3])
            let cursor = try #require(first["next"].string)
            let second = try await service.get("/v1/audit?limit=3&cursor=\(cursor)").json
            #expect(second["items"].column("sequence") == [2, 1] && second["next"].isNull)
            #expect(try await service.get("/v1/audit?cursor=0").code == "request.invalid-cursor")
        }
    }

    @Test func anEntryIsOneLineOfTheMachinesLog() {
        let entry = AuditEntry(
            who: "local", action: "DELETE /v1/videos/{id}",
            object: AuditEntry.Object(kind: "video", id: "vid_4cqUXkVdNzVhyTtWaBn8Jg"), outcome: .done,
            requestID: "req_1")
        #expect(
            entry.line
                == #"audit: who="local" action="DELETE /v1/videos/{id}" object="vid_4cqUXkVdNzVhyTtWaBn8Jg" outcome="done" request="req_1""#
        )
    }
}
