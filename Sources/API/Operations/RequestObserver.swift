import HTTPServer
import HTTPTypes
import Logging
import Telemetry

/// Counts, times and logs each exchange, and gives it the id that its records share.
struct RequestObserver: Sendable {
    private let duration: Histogram
    private let requests: Counter
    private let logger: Logger

    /// Upper bounds in seconds: a small answer takes a fraction of a millisecond, one that was waited for minutes.
    private static let seconds: [Double] = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300,
    ]

    init(registry: MetricsRegistry, logger: Logger) {
        duration = registry.histogram(
            "cinegrad_http_request_duration_seconds",
            "Time from a request's header section to the beginning of its answer, uploads included.",
            labels: ["method", "route"], bounds: Self.seconds)
        requests = registry.counter(
            "cinegrad_http_requests_total", "Requests that were understood and answered.",
            labels: ["method", "route", "status"])
        self.logger = logger
    }

    /// - Parameters:
    ///   - id: of the exchange.
    ///   - route: the pattern of the address; nil when there is none.
    /// - Returns: the response with the id of the exchange.
    func observe(
        _ request: Request, _ response: Response, id: String, route: String?, took: Duration
    ) -> Response {
        let route = route ?? "none"
        let method = Self.name(of: request.head.method)
        duration.observe(took, [method, route])
        requests.add(1, [method, route, String(response.status.code)])
        // What changes something is written down, what fails too; the rest is for those who look for an error.
        let level: Logger.Level =
            response.status.code >= 500 ? .warning : ["GET", "HEAD"].contains(method) ? .debug : .info
        logger.log(level: level, "answered", metadata: metadata(request, response, route, method, id, took))
        var response = response
        response.headers.requestIdentifier = id
        return response
    }

    /// The pattern instead of the address, and no query: a client may put anything there, names of patients too.
    private func metadata(
        _ request: Request, _ response: Response, _ route: String, _ method: String, _ id: String, _ took: Duration
    ) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "request.id": .string(id), "http.method": .string(method), "http.route": .string(route),
            "http.status": "\(response.status.code)", "client.address": .string(request.remoteAddress),
            "milliseconds": "\((took / .microseconds(1)).rounded() / 1000)",
        ]
        // Ids that this service made. Behind a submission stands the job, whose own records go on from here.
        if let id = request.parameters["id"], Self.isOurs(id) { metadata["object.id"] = .string(id) }
        if let location = response.headers[.location], let id = location.split(separator: "/").last.map(String.init),
            Self.isOurs(id)
        {
            metadata["object.id"] = .string(id)
        }
        if let trace = request.head.headerFields.traceParent.flatMap(TraceContext.init) {
            metadata["trace.id"] = .string(trace.trace)
            metadata["trace.parent"] = .string(trace.parent)
        }
        return metadata
    }

    /// A prefix of three letters, an underscore and 22 letters and digits.
    private static func isOurs(_ id: String) -> Bool { id.wholeMatch(of: /[a-z]{3}_[A-Za-z0-9]{22}/) != nil }

    /// The methods that the service knows; clients may send any.
    private static func name(of method: HTTPRequest.Method) -> String {
        switch method {
        case .get, .head, .post, .put, .patch, .delete, .options: method.rawValue
        default: "other"
        }
    }
}

extension HTTPFields {
    /// What ties together the records of a request.
    var requestIdentifier: String? {
        get { HTTPField.Name("X-Request-Id").flatMap { self[$0] } }
        set {
            if let name = HTTPField.Name("X-Request-Id") { self[name] = newValue }
        }
    }

    fileprivate var traceParent: String? { HTTPField.Name("traceparent").flatMap { self[$0] } }
}
