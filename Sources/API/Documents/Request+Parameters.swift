import HTTPServer
import HTTPTypes

extension Request {
    /// A segment of the path; empty never, since the router matched it.
    func parameter(_ name: String) -> String { parameters[name] ?? "" }

    /// Refuses parameters of the query that are not known, or that come twice.
    func allowQuery(_ known: String...) throws { try allowQuery(known) }

    func allowQuery(_ known: [String]) throws {
        for name in query.names {
            guard known.contains(name) else { throw ServiceError.unknownParameter(name: name, known: known) }
            guard query.all(name).count == 1 else {
                throw ServiceError.invalidParameter(name: name, reason: "it is given more than once")
            }
        }
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = query.first(name) else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw ServiceError.invalidParameter(
                name: name, reason: "expected a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    func number(_ name: String, in range: ClosedRange<Double>) throws -> Double? {
        guard let text = query.first(name) else { return nil }
        // `Double` takes hexadecimal too.
        guard text.allSatisfy({ "0123456789.eE+-".contains($0) }), let value = Double(text), range.contains(value)
        else {
            throw ServiceError.invalidParameter(
                name: name, reason: "expected a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// One of a closed list of names.
    func name<Name: RawRepresentable & CaseIterable>(_ name: String, as type: Name.Type) throws -> Name?
    where Name.RawValue == String {
        guard let text = query.first(name) else { return nil }
        guard let value = Name(rawValue: text) else {
            throw ServiceError.invalidParameter(
                name: name, reason: "expected one of \(Name.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }

    /// The media type without parameters, in lower case.
    var mediaType: String? {
        head.headerFields[.contentType].map {
            $0.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
        }
    }

    /// A page of a list: `limit` and `cursor`.
    func page() throws -> (cursor: String?, limit: Int) {
        (query.first("cursor"), try integer("limit", in: 1...ServiceLimits.largestPage) ?? ServiceLimits.pageSize)
    }
}
