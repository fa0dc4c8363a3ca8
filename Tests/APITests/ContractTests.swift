import API
import Foundation
import HTTPServer
import HTTPTypes
import Pipelines
import TestSupport
import Testing

/// The description of the interface against the service, both ways.
struct ContractTests {
    @Test func describesEveryRouteAndNoOther() async throws {
        try await TestService.with { service in
            let routes = service.service.routes.map { "\($0.method) \($0.pattern)" }
            let operations = service.contract.operations.map { "\($0.method) \($0.path)" }
            #expect(routes.count == Set(routes).count)
            #expect(Set(routes) == Set(operations))
        }
    }

    @Test func isServedAsItIsWritten() async throws {
        try await TestService.with { service in
            let file = fixture("").deletingLastPathComponent().deletingLastPathComponent()
                .appending(path: "openapi.yaml")
            let served = try await service.get("/openapi.yaml").body
            #expect(served == Array(try Data(contentsOf: file)))
            let info = service.contract.root["info"]
            #expect(info["version"].string == SoftwareVersion.current)
            #expect(info["description"].string?.contains(SoftwareVersion.notice) == true)
        }
    }

    @Test func hasNeitherDanglingReferencesNorUnusedComponents() async throws {
        try await TestService.with { service in
            let contract = service.contract
            var used: Set<String> = []
            for place in Contract.places(in: contract.root, at: [], where: { $0["$ref"].string != nil }) {
                used.insert(place.value["$ref"].string ?? "")
                #expect(throws: Never.self, "\(place.path)") { try contract.resolve(place.value) }
            }
            // Schemes are named, not referred to.
            let schemes = contract.root["security"].array?.flatMap(\.names) ?? []
            #expect(schemes == contract.root["components"]["securitySchemes"].names)
            for section in contract.root["components"].names where section != "securitySchemes" {
                for name in contract.root["components"][section].names {
                    #expect(used.contains("#/components/\(section)/\(name)"), "\(section)/\(name) is used nowhere")
                }
            }
        }
    }

    @Test func describesEachOperationInFull() async throws {
        try await TestService.with { service in
            let contract = service.contract
            let tags = Set((contract.root["tags"].array ?? []).compactMap { $0["name"].string })
            let ids = contract.operations.compactMap { $0.definition["operationId"].string }
            #expect(ids.count == contract.operations.count && Set(ids).count == ids.count)
            for operation in contract.operations {
                let name = Comment(rawValue: operation.testDescription)
                #expect(Set(operation.definition["tags"].strings).isSubset(of: tags), name)
                #expect(operation.definition["summary"].string?.isEmpty == false, name)
                #expect(operation.definition["responses"]["default"]["$ref"].string != nil, name)
                let inPath = operation.path.matches(of: /{([a-z]+)}/).map { String($0.output.1) }
                #expect(operation.parameters(in: "path").compactMap { $0["name"].string } == inPath, name)
                for parameter in operation.parameters {
                    let schema = parameter["schema"]
                    let example = parameter["example"]
                    #expect(!example.isNull, "\(operation): \(parameter["name"]) has no example")
                    #expect(SchemaChecker(contract: contract).violations(example, schema) == [], name)
                }
            }
        }
    }

    @Test func namesAllQueryParametersThatAreTaken() async throws {
        try await TestService.with { service in
            for operation in service.contract.operations {
                let answer = try await service.request(
                    operation.method, operation.examplePath + "?nonsense=1", headers: [:], body: [])
                #expect(answer.code == "request.unknown-parameter", "\(operation)")
                let known = answer.detail.split(separator: "known here: ").dropFirst().first.map {
                    $0.dropLast().split(separator: ", ").map(String.init)
                }
                let described = operation.parameters(in: "query").compactMap { $0["name"].string }
                #expect(Set(known ?? []) == Set(described), "\(operation)")
            }
        }
    }

    @Test func givesTheRangesOfQueryParameters() async throws {
        try await TestService.with { service in
            var tried = 0
            for operation in service.contract.operations {
                func code(_ name: String, _ value: String) async throws -> String? {
                    try await service.request(
                        operation.method, "\(operation.examplePath)?\(name)=\(value.replacing("+", with: "%2B"))",
                        headers: [:], body: []
                    ).code
                }
                for parameter in operation.parameters(in: "query") {
                    let name = try #require(parameter["name"].string)
                    let values = try ParameterValues(parameter["schema"], in: service.contract)
                    for value in values.inside {
                        let code = try await code(name, value)
                        #expect(code?.hasSuffix("-parameter") != true, "\(operation)?\(name)=\(value)")
                    }
                    for value in values.outside {
                        #expect(
                            try await code(name, value) == "request.invalid-parameter", "\(operation)?\(name)=\(value)")
                    }
                    let twice = "\(values.inside[0])&\(name)=\(values.inside[0])"
                    #expect(try await code(name, twice) == "request.invalid-parameter", "\(operation)?\(name) twice")
                    tried += values.inside.count + values.outside.count
                }
            }
            #expect(tried > 80)
        }
    }

    @Test func refusesOtherMethodsAndNamesThoseThereAre() async throws {
        try await TestService.with { service in
            for path in Set(service.contract.operations.map(\.path)) {
                let operations = service.contract.operations.filter { $0.path == path }
                for method in [HTTPRequest.Method.put, .patch, .options] {
                    let answer = try await service.request(
                        method, operations[0].examplePath, headers: [:], body: [])
                    #expect(answer.status == 405 && answer.code == "route.method-not-allowed", "\(method) \(path)")
                    let allowed = Set((answer.header("Allow") ?? "").split(separator: ", ").map(String.init))
                    let described = operations.flatMap { $0.method == .get ? ["GET", "HEAD"] : [$0.method.rawValue] }
                    #expect(allowed == Set(described), "\(path)")
                }
            }
        }
    }

    @Test func answersNothingElse() async throws {
        try await TestService.with { service in
            for path in ["/v1", "/v1/", "/v2/videos", "/v1/videos/", "/v1/videos/a/b", "/V1/videos", "/sample"] {
                let answer = try await service.get(path)
                #expect(answer.status == 404 && answer.code == "route.not-found", "\(path)")
            }
        }
    }
}

/// Values that a query parameter takes and such that it does not, from its schema.
private struct ParameterValues {
    var inside: [String] = []
    var outside: [String] = []

    init(_ schema: JSON, in contract: Contract) throws {
        let schema = try contract.resolve(schema)
        if let names = schema["enum"].array?.compactMap(\.string) {
            inside = names
            outside = ["nonsense", names[0].uppercased(), ""]
            return
        }
        let (low, high) = (schema["minimum"].double ?? 0, schema["maximum"].double ?? 0)
        switch schema["type"].string {
        case "integer":
            inside = ["\(Int(low))", "\(Int(high))"]
            outside = ["\(Int(low) - 1)", "\(Int(high) + 1)", "1.5", "one", "", "99999999999999999999"]
        case "number":
            // A plus sign in a query is a space.
            inside = ["\(low)", "\(high)".replacing("+", with: "")]
            outside = ["\(low == 0 ? -1e-9 : low / 10)", "\(high * 10)", "nan", "one", ""]
        case "boolean":
            inside = ["true", "false"]
            outside = ["yes", "1", ""]
        default: inside = ["1"]
        }
    }
}
