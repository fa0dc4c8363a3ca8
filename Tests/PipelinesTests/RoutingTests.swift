import Foundation
import Models
import Pipelines
import Testing

/// Rules that say what of a PACS is explained.
@Suite struct RoutingTests {
    private static func table(_ json: String) throws -> RoutingTable { try RoutingTable(json: Data(json.utf8)) }

    private let subject = RoutingSubject(
        modality: "US", seriesDescription: "Apical 4CH", studyDescription: "Echo, adult", station: "ROOM-7", frames: 40,
        width: 512, height: 384)

    @Test(arguments: [
        ("", true), (#""modality": "US","#, true), (#""modality": "us","#, false), (#""modality": "MR","#, false),
        (#""description": "*4ch*","#, true), (#""description": "echo*","#, true), (#""description": "4ch","#, false),
        (#""description": "?pical 4c?","#, true), (#""description": "*a*4*h","#, true),
        (#""description": "*x*","#, false),
        (#""station": "room-?","#, true), (#""station": "room","#, false), (#""frames": 40,"#, true),
        (#""frames": "40","#, true), (#""frames": "41-","#, false), (#""frames": "-39","#, false),
        (#""frames": "32-64", "width": "512-", "height": "-384","#, true), (#""width": "100-511","#, false),
    ]) func aRuleAppliesWhenAllOfItDoes(_ conditions: String, _ applies: Bool) throws {
        let table = try Self.table(#"{"rules": [{\#(conditions) "model": "m", "request": {"samples": 3}}]}"#)
        #expect(table.rules(for: subject).map(\.model) == (applies ? ["m"] : []))
        #expect(table.rules[0].request.samples == 3)
    }

    @Test func everyRuleThatAppliesCounts() throws {
        let table = try Self.table(#"{"rules": [{"model": "a"}, {"modality": "CT", "model": "b"}, {"model": "c"}]}"#)
        #expect(table.rules(for: subject).map(\.model) == ["a", "c"])
        #expect(RoutingTable.none.rules(for: subject).isEmpty)
    }

    @Test(arguments: [
        ("[]", "expected an object"), ("{}", "rules: this field is missing"),
        (#"{"rules": [{}]}"#, "rules[0].model: this field is missing"),
        (#"{"rules": [{"model": "a", "modalty": "US"}]}"#, "rules[0].modalty: unknown field"),
        (#"{"rules": [{"model": "a", "frames": "x-2"}]}"#, "rules[0].frames: expected a number or a range"),
        (#"{"rules": [{"model": "a", "frames": "-"}]}"#, "rules[0].frames"),
        (#"{"rules": [{"model": "a", "frames": "9-2"}]}"#, "rules[0].frames"),
        (#"{"rules": [{"model": "a", "frames": "1-2-3"}]}"#, "rules[0].frames"),
        (#"{"rules": [{"model": "a", "request": {"video": "vid_1"}}]}"#, "rules[0].request: video, model and dry_run"),
        (#"{"rules": [{"model": "a", "request": {"sampels": 1}}]}"#, "rules[0].request.sampels: unknown field"),
        (#"{"rules": [{"model": "a", "station": null}]}"#, "rules[0].station: expected a value"),
    ]) func whatIsWrongIsNamedByItsPath(_ json: String, _ text: String) throws {
        let error = #expect(throws: DocumentError.self) { try Self.table(json) }
        #expect(error?.description.hasPrefix(text) == true, "\(error?.description ?? "")")
    }
}
