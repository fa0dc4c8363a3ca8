package import HTTPTypes

/// One line of the table of routes.
package struct Route: Sendable {
    package let method: HTTPRequest.Method
    /// Such as `/v1/videos/{id}/frames/{n}`: each segment is literal or a name in braces, which matches one segment that is not empty.
    package let pattern: String
    package let handler: @Sendable (Request) async throws -> Response

    package init(
        method: HTTPRequest.Method, pattern: String, handler: @escaping @Sendable (Request) async throws -> Response
    ) {
        self.method = method
        self.pattern = pattern
        self.handler = handler
    }
}

/// Finds the route of a request. A literal segment goes before a name, leftmost first, whatever the order of the table.
package struct Router: Sendable {
    package enum Outcome: Sendable {
        case found(Route, parameters: [String: String])
        /// The path exists; these methods do, in the order of the table, with HEAD after GET.
        case methodNotAllowed([HTTPRequest.Method])
        case notFound
    }

    private enum Segment: Sendable {
        case literal(String)
        case parameter(String)

        var rank: Int {
            switch self {
            case .literal: 0
            case .parameter: 1
            }
        }
    }

    private struct Entry: Sendable {
        let route: Route
        let segments: [Segment]
    }

    /// By number of segments.
    private let entries: [Int: [Entry]]

    package init(_ routes: [Route]) {
        var entries: [Int: [Entry]] = [:]
        for route in routes {
            let segments = route.pattern.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map {
                $0.hasPrefix("{") && $0.hasSuffix("}")
                    ? Segment.parameter(String($0.dropFirst().dropLast())) : .literal(String($0))
            }
            let own = route.pattern == "/" ? [] : Array(segments)
            entries[own.count, default: []].append(Entry(route: route, segments: own))
        }
        for count in entries.keys {
            // A stable order: equal ranks keep the order of the table.
            let sorted = (entries[count] ?? []).enumerated().sorted { left, right in
                let (a, b) = (left.element.segments.map(\.rank), right.element.segments.map(\.rank))
                return a == b ? left.offset < right.offset : a.lexicographicallyPrecedes(b)
            }
            entries[count] = sorted.map(\.element)
        }
        self.entries = entries
    }

    /// - Parameter segments: percent-decoded.
    package func resolve(method: HTTPRequest.Method, segments: [String]) -> Outcome {
        var matching: [Entry] = []
        for entry in entries[segments.count] ?? [] where Self.matches(entry.segments, segments) {
            if entry.route.method == method { return Self.found(entry, segments) }
            matching.append(entry)
        }
        guard !matching.isEmpty else { return .notFound }
        if method == .head, let get = matching.first(where: { $0.route.method == .get }) {
            return Self.found(get, segments)
        }
        var allowed: [HTTPRequest.Method] = []
        for entry in matching {
            let methods = entry.route.method == .get ? [.get, .head] : [entry.route.method]
            allowed += methods.filter { !allowed.contains($0) }
        }
        return .methodNotAllowed(allowed)
    }

    private static func matches(_ pattern: [Segment], _ segments: [String]) -> Bool {
        for index in pattern.indices {
            switch pattern[index] {
            case .literal(let literal): if literal != segments[index] { return false }
            case .parameter: if segments[index].isEmpty { return false }
            }
        }
        return true
    }

    private static func found(_ entry: Entry, _ segments: [String]) -> Outcome {
        var parameters: [String: String] = [:]
        for index in entry.segments.indices {
            switch entry.segments[index] {
            case .literal: break
            case .parameter(let name): parameters[name] = segments[index]
            }
        }
        return .found(entry.route, parameters: parameters)
    }
}
