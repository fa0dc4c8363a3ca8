import Foundation
import Pipelines
import TestSupport
import Testing

import cinegrad

/// The file of rules that `dicom.routes` names.
struct RoutesFileTests {
    private func read(_ text: String) throws -> RoutingTable {
        let directory = try TemporaryDirectory()
        let file = directory.url.appending(path: "routes.yaml")
        try Data(text.utf8).write(to: file)
        return try RoutesFile.read(file)
    }

    @Test func theOneThatComesAlongIsValid() throws {
        let rules = try RoutesFile.read(ProjectFile.url("Config/routes.yaml")).rules
        #expect(rules.map(\.model) == ["moving-shapes-sides"])
        #expect(rules[0].modality == "US" && rules[0].frames == WholeRange("32-"))
        #expect(rules[0].description?.matches("Apical 4ch, rest") == true)
        #expect(rules[0].request.checks == [])
    }

    @Test func theRuleOfTheGuideIsValid() throws {
        let text = try ProjectFile.text("docs/echonet.md").components(separatedBy: "```yaml\n")[1]
            .components(separatedBy: "```")[0]
        let rules = try read(text).rules
        #expect(rules.map(\.model) == ["echonet-dynamic-ef"] && rules[0].request.windows?.stride == 16)
    }

    @Test(arguments: [
        ("rules: [", "is malformed"), ("", "expected rules"), ("- a", "expected an object"), ("rules: 3", "rules"),
        ("rules: [{modality: US}]", "rules[0].model: this field is missing"),
        ("rules: [{model: a, frames: many}]", "rules[0].frames: expected a number or a range"),
        ("rules: [{model: a, request: {method: magic}}]", "rules[0].request.method"),
    ]) func whatIsWrongIsTold(_ text: String, _ told: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try read(text) }
        #expect(error?.description.contains(told) == true, "\(error?.description ?? "")")
    }

    @Test func aFileThatIsNotThereIsNamed() {
        let error = #expect(throws: ConfigurationError.self) { try RoutesFile.read(URL(filePath: "/nowhere/r.yaml")) }
        #expect(error?.description.contains("/nowhere/r.yaml cannot be read: there is no such file") == true)
    }
}
