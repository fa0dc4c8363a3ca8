import HTTPTypes

extension Contract {
    /// In what an answer differs from what the contract says of it; empty when in nothing.
    func violations(_ answer: Answer, to method: HTTPRequest.Method, _ path: String) throws -> [String] {
        guard let operation = operation(method, path) ?? operation(method, Self.withoutEnding(path)) else {
            let refusal = try resolve(["$ref": "#/components/responses/Refused"])
            return try bodyViolations(answer, refusal, to: method)
        }
        let responses = operation.definition["responses"]
        let documented = responses[String(answer.status)]
        let response = try resolve(documented.isNull ? responses["default"] : documented)
        var violations = try bodyViolations(answer, response, to: method)
        for name in response["headers"].names where try resolve(response["headers"][name])["required"].bool == true {
            if answer.header(name) == nil { violations.append("the header \(name) is missing") }
        }
        return violations
    }

    /// The address whose form an ending asks for.
    private static func withoutEnding(_ path: String) -> String {
        let endings = [".json", ".npy", ".npz", ".png", ".gif", ".mp4"]
        let ending = endings.first { path.hasPrefix("/v1/explanations/") && path.hasSuffix($0) }
        return ending.map { String(path.dropLast($0.count)) } ?? path
    }

    /// Of the body alone.
    func bodyViolations(_ answer: Answer, _ response: JSON, to method: HTTPRequest.Method) throws -> [String] {
        let contents = response["content"]
        guard let type = answer.mediaType else {
            var violations: [String] = []
            if !contents.isNull { violations.append("there is no content type") }
            if !answer.body.isEmpty { violations.append("there is a body without a content type") }
            return violations
        }
        let content = contents[type]
        guard content.object != nil else { return ["the content type \(type) is not described for \(answer.status)"] }
        // A HEAD that went over a socket has no body.
        if method == .head, answer.body.isEmpty { return [] }
        guard type.hasSuffix("/json") || type.hasSuffix("+json") else { return [] }
        let document = try JSON(answer.body)
        var violations = SchemaChecker(contract: self).violations(document, content["schema"])
        if type == "application/problem+json" {
            let code = document["code"].string ?? ""
            if content["examples"][code].isNull { violations.append("the code \(code) is not described") }
            if document["status"].int != answer.status { violations.append("the problem tells another status") }
        }
        return violations
    }
}
