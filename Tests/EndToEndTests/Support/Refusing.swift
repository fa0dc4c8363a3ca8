import Testing

/// What the tests read of any list.
struct ListBody: Decodable {
    struct Item: Decodable {
        let id: String
    }
    let items: [Item]
}

extension ServiceProcess {
    /// Checks that an answer is a problem with this code and with a detail that has this text, and that the next request is answered.
    func expectProblem(
        _ answer: Answer, _ code: String, _ detail: String, at location: SourceLocation = #_sourceLocation
    ) async throws {
        #expect(answer.headers["content-type"] == "application/problem+json", sourceLocation: location)
        let problem = try answer.decoded(as: ProblemBody.self, at: location)
        #expect(problem.code == code, "\(problem.detail)", sourceLocation: location)
        #expect(problem.status == answer.status, sourceLocation: location)
        #expect(problem.detail.contains(detail), "\(problem.detail)", sourceLocation: location)
        try await get("/readyz", accept: "*/*", expecting: 200, at: location)
    }
}
