import Foundation
import HTTPTypes
import Models
import Pipelines
import Testing

/// Examples of the contract: they are what the schemas say, and the service takes them.
struct ExampleTests {
    @Test func documentsAreAsTheirSchemasSay() async throws {
        try await TestService.with { service in
            let contract = service.contract
            let checker = SchemaChecker(contract: contract)
            for operation in contract.operations {
                let requests = [operation.definition["requestBody"]["content"]]
                let responses = try operation.definition["responses"].names.map {
                    try contract.resolve(operation.definition["responses"][$0])["content"]
                }
                for contents in requests + responses {
                    for type in contents.names where type.hasSuffix("json") || type == "text/event-stream" {
                        // A range of a document is none.
                        if contents[type]["schema"].isNull { continue }
                        let examples = contents[type]["examples"]
                        #expect(!examples.names.isEmpty, "\(operation): \(type) has no example")
                        for name in examples.names {
                            let value = try contract.resolve(examples[name])["value"]
                            #expect(checker.violations(value, contents[type]["schema"]) == [], "\(operation) \(name)")
                        }
                    }
                }
            }
        }
    }

    @Test func schemasHaveExamplesOfTheirOwn() async throws {
        try await TestService.with { service in
            let schemas = service.contract.root["components"]["schemas"]
            for name in schemas.names {
                let examples = schemas[name]["examples"].array
                if schemas[name]["additionalProperties"].bool == false || !schemas[name]["enum"].isNull {
                    #expect(examples?.isEmpty == false, "\(name) has no example")
                }
                for example in examples ?? [] {
                    #expect(
                        SchemaChecker(contract: service.contract).violations(example, schemas[name]) == [], "\(name)")
                }
            }
        }
    }

    @Test(arguments: ["Video", "Model", "Explanation"]) func everyFieldIsInAnExample(_ schema: String) async throws {
        try await TestService.with { service in
            let contract = service.contract
            let fields = try contract.schema(schema)["properties"].names
            let checker = SchemaChecker(contract: contract)
            let examples = contract.root["components"]["examples"]
            let own = try examples.names.map { examples[$0]["value"] }.filter {
                checker.violations($0, try contract.schema(schema)).isEmpty
            }
            #expect(own.reduce(into: Set()) { $0.formUnion($1.names) } == Set(fields))
        }
    }

    @Test func requestsAreTaken() async throws {
        try await TestService.with { service in
            let contract = service.contract
            let body = try #require(contract.operation(.post, "/v1/explanations")).definition["requestBody"]
            let examples = body["content"]["application/json"]["examples"]
            let requests =
                try examples.names.map { examples[$0]["value"] }
                + (contract.schema("ExplanationRequest")["examples"].array ?? [])
                + (contract.schema("ClipSelection")["examples"].array ?? []).map { ["clip": $0] }
                + (contract.schema("WindowOptions")["examples"].array ?? []).map { ["windows": $0] }
                + (contract.schema("Target")["examples"].array ?? []).map { ["target": $0] }
                + (contract.schema("Noise")["examples"].array ?? []).map { ["noise": $0] }
            #expect(requests.count >= 13)
            let manifest = try ModelManifest(json: Data(BundledModel.sides.manifestJSON.utf8))
            for request in requests {
                let text = try request.text
                #expect(throws: Never.self, "\(text)") {
                    try ExplainPlan(ExplainRequest(json: Data(text.utf8)), manifest: manifest)
                }
            }
        }
    }

    @Test func manifestsAreTaken() async throws {
        try await TestService.with { service in
            let examples = try service.contract.schema("ModelManifest")["examples"].array ?? []
            #expect(examples.count >= 2)
            for example in examples {
                #expect(throws: Never.self) { try ModelManifest(json: Data(example.text.utf8)) }
            }
        }
    }
}
