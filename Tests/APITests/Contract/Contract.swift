import HTTPServer
import HTTPTypes
import Testing

/// The description of the interface, openapi.yaml, as the service serves it.
struct Contract: Sendable {
    struct Operation: Sendable, CustomTestStringConvertible {
        let method: HTTPRequest.Method
        let path: String
        let definition: JSON
        /// Resolved, those of the path too.
        let parameters: [JSON]

        var testDescription: String { "\(method) \(path)" }

        func parameters(in place: String) -> [JSON] { parameters.filter { $0["in"].string == place } }

        /// The path with the examples of its parameters.
        var examplePath: String {
            parameters(in: "path").reduce(path) { path, parameter in
                let (name, value) = (parameter["name"].string ?? "", parameter["example"])
                return path.replacing("{\(name)}", with: value.string ?? value.int.map(String.init) ?? "")
            }
        }
    }

    let root: JSON
    let operations: [Operation]

    init(yaml: String) throws {
        let root = try JSON(yaml: yaml)
        self.root = root
        var operations: [Operation] = []
        let methods: [(String, HTTPRequest.Method)] = [
            ("get", .get), ("put", .put), ("post", .post), ("delete", .delete), ("options", .options), ("head", .head),
            ("patch", .patch), ("trace", .trace),
        ]
        for path in root["paths"].names {
            let item = root["paths"][path]
            for (name, method) in methods where !item[name].isNull {
                let parameters = (item["parameters"].array ?? []) + (item[name]["parameters"].array ?? [])
                operations.append(
                    Operation(
                        method: method, path: path, definition: item[name],
                        parameters: try parameters.map { try Self.resolve($0, in: root) }))
            }
        }
        self.operations = operations
    }

    /// The value itself, or what its `$ref` points to.
    func resolve(_ value: JSON) throws -> JSON { try Self.resolve(value, in: root) }

    private static func resolve(_ value: JSON, in root: JSON) throws -> JSON {
        guard let reference = value["$ref"].string else { return value }
        guard reference.hasPrefix("#/") else { throw DanglingReference(reference: reference) }
        // The names of this document need no escapes of RFC 6901.
        let target = reference.dropFirst(2).split(separator: "/").reduce(root) { $0[String($1)] }
        guard !target.isNull else { throw DanglingReference(reference: reference) }
        return try resolve(target, in: root)
    }

    struct DanglingReference: Error { let reference: String }

    func schema(_ name: String) throws -> JSON {
        try resolve(["$ref": .string("#/components/schemas/\(name)")])
    }

    /// The operation that answers a method and a path; the most literal one, HEAD as GET.
    func operation(_ method: HTTPRequest.Method, _ path: String) -> Operation? {
        let method = method == .head ? .get : method
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        return operations.filter { operation in
            let pattern = operation.path.split(separator: "/", omittingEmptySubsequences: false)
            return operation.method == method && pattern.count == segments.count
                && zip(pattern, segments).allSatisfy { $0 == $1 || ($0.hasPrefix("{") && !$1.isEmpty) }
        }.min { $0.parameters(in: "path").count < $1.parameters(in: "path").count }
    }

    /// Everything below a value that satisfies a condition, with its place.
    static func places(in value: JSON, at path: [String], where condition: (JSON) -> Bool) -> [(
        path: [String], value: JSON
    )] {
        var found = condition(value) ? [(path: path, value: value)] : []
        for name in value.names { found += places(in: value[name], at: path + [name], where: condition) }
        for (index, element) in (value.array ?? []).enumerated() {
            found += places(in: element, at: path + [String(index)], where: condition)
        }
        return found
    }
}
