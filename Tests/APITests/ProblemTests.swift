import API
import HTTPServer
import HTTPTypes
import Pipelines
import Store
import Testing

/// Errors: the contract knows every code, with its status, and no other.
struct ProblemTests {
    /// Codes that no error of these domains has, and where they come from.
    static let others = ["service.internal", "job.internal", "job.poisoned", "job.too-long"]

    @Test func everyErrorIsDescribedWithItsStatus() async throws {
        try await TestService.with { service in
            let catalogue = service.contract.root["components"]["examples"]
            let failures = try service.contract.schema("Failure")["properties"]["code"]["x-extensible-enum"].strings
            var produced: Set<String> = []
            for error in ProblemCases.all {
                guard let problem = Problem(error) else { continue }
                if case StoreError.running = error { continue }
                produced.insert(problem.code)
                let example = catalogue[problem.code]["value"]
                guard !example.isNull else {
                    #expect(failures.contains(problem.code), "\(problem.code) is described nowhere")
                    continue
                }
                #expect(example["status"].int == problem.status.code, "\(problem.code)")
            }
            let described = Set(catalogue.names.filter { !catalogue[$0]["value"]["code"].isNull }).union(failures)
            #expect(described == produced.union(Self.others))
        }
    }

    @Test func examplesStandUnderTheirStatus() async throws {
        try await TestService.with { service in
            let contract = service.contract
            var described: Set<String> = []
            for operation in contract.operations {
                for status in operation.definition["responses"].names {
                    let response = try contract.resolve(operation.definition["responses"][status])
                    let examples = response["content"]["application/problem+json"]["examples"]
                    for code in examples.names {
                        let example = try contract.resolve(examples[code])["value"]
                        #expect(example["code"].string == code, "\(operation) \(status)")
                        #expect(status == "default" || example["status"].int == Int(status), "\(operation) \(code)")
                        described.insert(code)
                    }
                }
            }
            let catalogue = contract.root["components"]["examples"]
            #expect(described == Set(catalogue.names.filter { !catalogue[$0]["value"]["code"].isNull }))
        }
    }

    @Test func textsAreSentences() {
        for error in ProblemCases.all {
            guard let problem = Problem(error) else { continue }
            #expect(problem.detail.hasSuffix("."), "\(problem.detail)")
            // Names of fields, ids and numbers stay as they are.
            let word = problem.detail.prefix { $0 != " " }
            let isName = word.hasSuffix(":") || word.contains { $0 == "_" || $0.isNumber }
            #expect(isName || word.first?.isUppercase == true, "\(problem.detail)")
            #expect(!problem.detail.contains("\n") && !problem.detail.hasSuffix(".."), "\(problem.detail)")
            #expect((400..<600).contains(problem.status.code), "\(problem.code)")
        }
    }

    @Test func faultsOfTheServiceAreNotTold() {
        for error in [StoreError.corrupt("a row"), .noPermission(path: "/home/x"), .file(operation: "write", code: 5)] {
            #expect(Problem(error) == nil)
        }
        struct Unforeseen: Error {}
        #expect(Problem(Unforeseen()) == nil)
    }

    @Test(arguments: [ProtocolError.missingHost, .tooManyConnections, .headersTooLarge(limit: 16384)])
    func refusalsOfTheTransportAreProblems(_ error: ProtocolError) async throws {
        let answer = try await Answer(Service.refuse(error))
        #expect(answer.status == error.status.code)
        #expect(answer.mediaType == "application/problem+json")
        #expect(answer.code?.hasPrefix("http.") == true)
        #expect((answer.header("Retry-After") != nil) == (error == .tooManyConnections))
    }
}
