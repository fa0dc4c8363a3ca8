import Evaluation
import Foundation
import Models
import Pipelines
import Testing

/// Request documents: what the schemas do not allow, the decoders refuse, and what they allow, the decoders take.
struct ClosedDocumentTests {
    /// An object of a request document.
    struct Place: Sendable, CustomTestStringConvertible {
        enum Document: Sendable { case request, manifest, evaluation }

        let schema: String
        let document: Document
        /// Fields that lead to it; an index goes into an array.
        let path: [String]
        /// A document which has it, with all required fields.
        let base: JSON

        var testDescription: String { schema }

        /// The document with a field of this object set, or taken away.
        func document(_ field: String, _ value: JSON?) -> JSON { Self.set(value, at: path + [field], in: base) }

        private static func set(_ value: JSON?, at path: [String], in document: JSON) -> JSON {
            guard let field = path.first else { return value ?? .null }
            if let index = Int(field) {
                var elements = document.array ?? []
                elements[index] = set(value, at: Array(path.dropFirst()), in: elements[index])
                return .array(elements)
            }
            if path.count == 1 {
                guard let value else { return document.without(field) }
                var document = document
                document[field] = value
                return document
            }
            var document = document
            document[field] = set(value, at: Array(path.dropFirst()), in: document[field])
            return document
        }

        /// What the decoder says against a document; nil when it takes it.
        func refusal(_ document: JSON) throws -> String? {
            let data = Data(try document.text.utf8)
            do {
                switch self.document {
                case .request:
                    let manifest = try ModelManifest(json: Data(BundledModel.sides.manifestJSON.utf8))
                    _ = try ExplainPlan(ExplainRequest(json: data), manifest: manifest)
                case .manifest: _ = try ModelManifest(json: data)
                case .evaluation:
                    let model = BundledModel.sides
                    _ = try EvaluationRequest(json: data).plan([
                        EvaluationPlan.Subject(task: .sides, model: model.rawValue, sha256: model.sha256)
                    ])
                }
                return nil
            } catch let error as DocumentError {
                return error.description
            } catch ExplainError.invalidRequest(let error) {
                return error.description
            } catch ModelError.invalidManifest(let error) {
                return error.description
            }
        }
    }

    static let manifest: JSON = [
        "name": "tiny", "task": "regression", "outputs": [["name": "angle"]],
        "architecture": ["family": "r3d", "channels": [6, 8, 12, 16], "blocks": [1, 1, 1, 1]],
        "input": ["frames": 8, "height": 32, "width": 40],
    ]

    static let places = [
        Place(schema: "ExplanationRequest", document: .request, path: [], base: ["space": "pixels"]),
        Place(schema: "ClipSelection", document: .request, path: ["clip"], base: ["clip": [:], "space": "pixels"]),
        Place(
            schema: "WindowOptions", document: .request, path: ["windows"], base: ["windows": [:], "space": "pixels"]),
        Place(schema: "Noise", document: .request, path: ["noise"], base: ["noise": [:]]),
        Place(
            schema: "FarnebackParameters", document: .request, path: ["flow", "farneback"],
            base: ["flow": ["farneback": [:]]]),
        Place(schema: "DISParameters", document: .request, path: ["flow", "dis"], base: ["flow": ["dis": [:]]]),
        Place(
            schema: "GivenFlow", document: .request, path: ["flow", "given"],
            base: ["flow": ["given": ["sha256": .string(String(repeating: "0", count: 64))]]]),
        Place(schema: "VectorOptions", document: .request, path: ["vectors"], base: ["vectors": [:]]),
        Place(schema: "TrajectoryOptions", document: .request, path: ["trajectories"], base: ["trajectories": [:]]),
        Place(schema: "EvaluationOrder", document: .evaluation, path: [], base: [:]),
        Place(schema: "ModelManifest", document: .manifest, path: [], base: manifest),
        Place(schema: "VideoResNet", document: .manifest, path: ["architecture"], base: manifest),
        Place(
            schema: "MovingShapesNetwork", document: .manifest, path: ["architecture"],
            base: [
                "name": "tiny", "task": "regression", "outputs": [["name": "angle"]],
                "architecture": ["family": "moving_shapes", "channels": [2, 3, 4, 5]],
                "input": ["frames": 8, "height": 32, "width": 40],
            ]),
        Place(schema: "ModelInputManifest", document: .manifest, path: ["input"], base: manifest),
        Place(schema: "ModelOutputManifest", document: .manifest, path: ["outputs", "0"], base: manifest),
    ]

    /// The schema itself, or the branch of it that is an object.
    private func object(_ name: String, in contract: Contract) throws -> JSON {
        let schema = try contract.schema(name)
        return schema["oneOf"].array?.first { $0["type"].string == "object" } ?? schema
    }

    @Test func everyObjectOfARequestHasItsPlace() async throws {
        try await TestService.with { service in
            let schemas = service.contract.root["components"]["schemas"]
            let closed = try schemas.names.filter {
                try object($0, in: service.contract)["additionalProperties"].bool == false
            }
            // Targets, choices of flow and the self-test have one field each.
            let others = ["FlowChoice", "Target", "SelfTestOrder"]
            #expect(Set(closed) == Set(Self.places.map(\.schema) + others))
        }
    }

    @Test(arguments: places) func otherFieldsAreRefused(_ place: Place) async throws {
        try await TestService.with { service in
            let refusal = try #require(try place.refusal(place.document("nonsense", 1)))
            let known = refusal.split(separator: "known here: ").last?.split(separator: ", ").map(String.init)
            let schema = try object(place.schema, in: service.contract)
            #expect(known == schema["properties"].names)
            #expect(schema["additionalProperties"].bool == false)
        }
    }

    @Test(arguments: places) func requiredFieldsAreThoseThatMayNotBeMissing(_ place: Place) async throws {
        try await TestService.with { service in
            let schema = try object(place.schema, in: service.contract)
            for field in schema["properties"].names {
                let refusal = try place.refusal(place.document(field, nil))
                #expect((refusal != nil) == schema["required"].strings.contains(field), "\(field): \(refusal ?? "")")
            }
        }
    }

    @Test(arguments: places) func nullIsNoValue(_ place: Place) async throws {
        try await TestService.with { service in
            let schema = try object(place.schema, in: service.contract)
            for field in schema["properties"].names {
                let refusal = try place.refusal(place.document(field, .null)) ?? ""
                #expect(refusal.contains(field) && refusal.contains("expected a value, not null"), "\(field)")
            }
        }
    }

    @Test(arguments: places) func valuesOutsideTheSchemaAreRefused(_ place: Place) async throws {
        try await TestService.with { service in
            let contract = service.contract
            let checker = SchemaChecker(contract: contract)
            let schema = try object(place.schema, in: contract)
            for field in schema["properties"].names {
                let property = schema["properties"][field]
                for value in try wrongValues(property, in: contract) {
                    try #require(checker.violations(value, property) != [], "\(field): \(value) is allowed")
                    let refusal = try place.refusal(place.document(field, value))
                    let message = try #require(refusal, "\(field): \(value) is taken")
                    #expect(message.contains(field), "\(field): \(value): \(message)")
                }
            }
        }
    }

    /// Values that a schema does not allow; none where any text will do.
    private func wrongValues(_ schema: JSON, in contract: Contract) throws -> [JSON] {
        let schema = try contract.resolve(schema)
        var values: [JSON] = []
        if !schema["enum"].isNull || !schema["const"].isNull || !schema["pattern"].isNull { values += ["?", ""] }
        // An id that is none is no fault of the document: there is no such video then.
        if schema["pattern"].string?.contains("vid_") == true { values = [] }
        if let low = schema["minimum"].double { values.append(.number(low - 1)) }
        if let low = schema["exclusiveMinimum"].double { values.append(.number(low)) }
        if let high = schema["maximum"].double { values.append(.number(high < 1e18 ? high + 1 : high * 2)) }
        switch schema["type"].string {
        case "integer": values += ["1", 1.5, true, [], [:]]
        case "number": values += ["1", true, []]
        case "string": values += [1, true, [], [:]]
        case "array":
            values += ["a", 1, [:], [["a": ["b"]]]]
            if let count = schema["minItems"].int { values.append(.array(Array(repeating: 1, count: count - 1))) }
            if let count = schema["maxItems"].int { values.append(.array(Array(repeating: 1, count: count + 1))) }
            if let low = schema["items"]["minimum"].double {
                values.append(.array(Array(repeating: .number(low - 1), count: schema["minItems"].int ?? 1)))
            }
            if let low = schema["items"]["exclusiveMinimum"].double { values.append([.number(low)]) }
        case "object": values += ["a", 1, true, []]
        default: if !schema["oneOf"].isNull { values += [true, [], ["nonsense": 1]] }
        }
        return values
    }

    @Test(
        arguments: [
            #"{"output": "1"}"#, #"{"output": []}"#, #"{"output": 1.5}"#,
            #"{"output": 1, "label": "a"}"#, #"{}"#, #""argmax""#, #"3"#, #"["predicted"]"#, #"{"label": 3}"#,
            #"{"difference": [1]}"#, #"{"difference": [1, 1]}"#, #"{"atan2": [0, 1, 2]}"#, #"{"atan2": [0]}"#,
            #"{"difference": 1}"#, #"{"argmax": 1}"#,
        ])
    func otherTargetsAreRefused(_ target: String) async throws {
        let place = Self.places[0]
        let refusal = try #require(try place.refusal(place.document("target", try JSON(target))))
        #expect(refusal.hasPrefix("target"))
        try await TestService.with { service in
            let schema = try service.contract.schema("Target")
            #expect(SchemaChecker(contract: service.contract).violations(try JSON(target), schema) != [])
        }
    }

    @Test func textThatIsNoJSONIsCalledThat() {
        for text in ["", "{", "{\"video\": }", "nonsense", "\u{FEFF}", "{} {}"] {
            #expect("\(text)") {
                try ExplainRequest(json: Data(text.utf8))
            } throws: {
                ($0 as? DocumentError)?.isMalformed == true
            }
        }
        #expect(throws: DocumentError.self) { try ExplainRequest(json: Data("[]".utf8)) }
        #expect(throws: DocumentError.self) { try ExplainRequest(json: Data("3".utf8)) }
    }
}
