import Testing

/// Holds values against schemas of the contract (JSON Schema 2020-12, the keywords that the contract uses).
///
/// Stricter than the schemas: a field that a schema does not list counts as wrong even where clients are told to ignore it, so that every field of
/// every document is described.
struct SchemaChecker {
    let contract: Contract

    /// What is wrong with a value, each with its place; empty when nothing is.
    func violations(_ value: JSON, _ schema: JSON) -> [String] {
        violations(value, schema, at: "", isClosed: true)
    }

    private func violations(_ value: JSON, _ schema: JSON, at path: String, isClosed: Bool) -> [String] {
        if let allowed = schema.bool { return allowed ? [] : ["\(path): must not be there"] }
        guard schema.object != nil else { return ["\(path): \(schema) is no schema"] }
        return schema.names.flatMap { keyword -> [String] in
            let argument = schema[keyword]
            switch keyword {
            case "$ref":
                guard let target = try? contract.resolve(schema) else { return ["\(path): \(argument) leads nowhere"] }
                return violations(value, target, at: path, isClosed: isClosed)
            case "properties", "required", "additionalProperties":
                return objectViolations(value, schema, keyword, at: path, isClosed: isClosed)
            case "prefixItems", "items", "minItems", "maxItems", "uniqueItems":
                return arrayViolations(value, schema, keyword, at: path)
            case "allOf", "anyOf", "oneOf", "if":
                return combinationViolations(value, schema, keyword, at: path)
            case "then", "else": return schema["if"].isNull ? ["\(path): \(keyword) without if"] : []
            case "contentSchema":
                guard let document = value.string.flatMap({ try? JSON($0) }) else { return ["\(path): is no JSON"] }
                return violations(document, argument, at: path, isClosed: true)
            case "description", "default", "title", "example", "examples", "x-extensible-enum", "contentMediaType":
                return []
            default: return scalarViolations(value, keyword, argument).map { "\(path): \($0)" }
            }
        }
    }

    private func objectViolations(
        _ value: JSON, _ schema: JSON, _ keyword: String, at path: String, isClosed: Bool
    ) -> [String] {
        guard let fields = value.object else { return [] }
        switch keyword {
        case "required":
            return schema["required"].strings.filter { fields[$0] == nil }.map { "\(path): \($0) is missing" }
        case "additionalProperties":
            let argument = schema["additionalProperties"]
            return fields.keys.filter { schema["properties"][$0].isNull }.flatMap {
                violations(fields[$0] ?? .null, argument, at: "\(path).\($0)", isClosed: true)
            }
        default:
            let known = schema["properties"]
            return value.names.flatMap { name -> [String] in
                guard known[name].isNull else {
                    return violations(value[name], known[name], at: "\(path).\(name)", isClosed: true)
                }
                return isClosed && schema["additionalProperties"].isNull ? ["\(path): \(name) is not described"] : []
            }
        }
    }

    private func arrayViolations(_ value: JSON, _ schema: JSON, _ keyword: String, at path: String) -> [String] {
        guard let elements = value.array else { return [] }
        let argument = schema[keyword]
        func element(_ index: Int, _ schema: JSON) -> [String] {
            violations(elements[index], schema, at: "\(path)[\(index)]", isClosed: true)
        }
        let first = schema["prefixItems"].array ?? []
        switch keyword {
        case "prefixItems": return zip(elements.indices, first).flatMap { element($0, $1) }
        case "items": return elements.indices.dropFirst(first.count).flatMap { element($0, argument) }
        case "minItems": return elements.count < argument.int ?? 0 ? ["\(path): has too few elements"] : []
        case "maxItems": return elements.count > argument.int ?? 0 ? ["\(path): has too many elements"] : []
        default: return Set(elements).count < elements.count ? ["\(path): has an element twice"] : []
        }
    }

    private func combinationViolations(_ value: JSON, _ schema: JSON, _ keyword: String, at path: String) -> [String] {
        func check(_ schema: JSON) -> [String] { violations(value, schema, at: path, isClosed: false) }
        let branches = schema[keyword].array ?? []
        switch keyword {
        case "allOf": return branches.flatMap(check)
        case "anyOf": return branches.contains { check($0).isEmpty } ? [] : ["\(path): is none of anyOf"]
        case "oneOf":
            let matching = branches.count { check($0).isEmpty }
            return matching == 1 ? [] : ["\(path): is \(matching) of oneOf"]
        default:
            let branch = schema[check(schema["if"]).isEmpty ? "then" : "else"]
            return branch.isNull ? [] : check(branch)
        }
    }

    private func scalarViolations(_ value: JSON, _ keyword: String, _ argument: JSON) -> [String] {
        func refuse(if isWrong: Bool) -> [String] { isWrong ? ["\(value) is not \(keyword) \(argument)"] : [] }
        switch keyword {
        case "type": return refuse(if: !Self.is(value, argument.string ?? ""))
        case "enum": return refuse(if: argument.array?.contains(value) != true)
        case "const": return refuse(if: value != argument)
        case "minimum": return refuse(if: (value.double ?? .infinity) < argument.double ?? .infinity)
        case "maximum": return refuse(if: (value.double ?? -.infinity) > argument.double ?? -.infinity)
        case "exclusiveMinimum": return refuse(if: (value.double ?? .infinity) <= argument.double ?? .infinity)
        case "minLength": return refuse(if: (value.string?.count ?? .max) < argument.int ?? .max)
        case "maxLength": return refuse(if: (value.string?.count ?? 0) > argument.int ?? 0)
        case "pattern":
            guard let pattern = try? Regex(argument.string ?? "(") else { return ["\(argument) is no pattern"] }
            return refuse(if: value.string.map { $0.firstMatch(of: pattern) == nil } ?? false)
        case "format":
            switch argument.string {
            case "date-time":
                let pattern = /[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z/
                return refuse(if: value.string?.wholeMatch(of: pattern) == nil)
            case "uri": return refuse(if: value.string?.firstMatch(of: /^https?:\/\/[^\/]+\//) == nil)
            case "uri-reference": return refuse(if: value.string?.hasPrefix("/") != true)
            default: return ["the format \(argument) is not checked"]
            }
        default: return ["the keyword \(keyword) is not checked"]
        }
    }

    private static func `is`(_ value: JSON, _ type: String) -> Bool {
        switch type {
        case "object": value.object != nil
        case "array": value.array != nil
        case "string": value.string != nil
        case "number": value.double != nil
        case "integer": value.double.map { $0 == $0.rounded() } ?? false
        case "boolean": value.bool != nil
        default: false
        }
    }
}
