import Foundation
package import HTTPServer
import HTTPTypes
package import Jobs
package import Logging
package import Pipelines
package import Store
import Telemetry

/// The HTTP interface over the store and the models: answers every request that the transport understood.
package struct Service: Sendable {
    /// What it answers to, in the order of the table.
    package let routes: [Route]
    private let router: Router
    private let access: AccessControl
    private let ownership: OwnershipGate
    private let audit: AuditTrail
    private let observer: RequestObserver
    private let crossOrigin: CrossOrigin
    private let logger: Logger

    /// - Parameters:
    ///   - budget: of each explanation; what does not fit is refused before it is queued.
    ///   - routing: what is explained of the objects that a PACS sends.
    ///   - wake: tells the workers that a job is waiting.
    ///   - wakeEvaluations: tells the one of evaluations.
    ///   - webhooks: where the ends of explanations may be told.
    ///   - access: who may send requests.
    ///   - audit: where it is put down who did what.
    ///   - operations: what is shown to those who run it; the service adds its own numbers.
    package init(
        store: Store, library: ModelLibrary, limits: ServiceLimits, budget: JobBudget, routing: RoutingTable,
        wake: @escaping @Sendable () -> Void, wakeEvaluations: @escaping @Sendable () -> Void,
        webhooks: WebhookPolicy, access: AccessControl, audit: AuditTrail, operations: Operations, logger: Logger
    ) {
        routes = Routes.table(
            Resources(
                store: store, library: library, limits: limits, budget: budget, routing: routing,
                pictures: PictureCache(), wake: wake, wakeEvaluations: wakeEvaluations, webhooks: webhooks,
                operations: operations, logger: logger))
        router = Router(routes)
        self.access = access
        ownership = OwnershipGate(store: store)
        self.audit = audit
        observer = RequestObserver(registry: operations.registry, logger: logger)
        operations.register(store: store)
        crossOrigin = limits.crossOrigin
        self.logger = logger
    }

    package func respond(_ request: Request) async -> Response {
        let start = ContinuousClock.now
        let id = RequestIdentifier.of(request.head.headerFields.requestIdentifier)
        var request = request
        var route: String?
        let response = crossOrigin.opened(
            await answer(&request, id, &route).coded(for: request), for: request)
        return observer.observe(request, response, id: id, route: route, took: ContinuousClock.now - start)
    }

    /// - Parameters:
    ///   - request: gets the parameters of its address.
    ///   - id: of the exchange, as its records have it.
    ///   - pattern: becomes that of the address, where there is one.
    private func answer(_ request: inout Request, _ id: String, _ pattern: inout String?) async -> Response {
        do {
            let form = AddressForm(request)
            switch router.resolve(method: request.head.method, segments: form.segments) {
            case .found(let route, let parameters):
                guard form.format == nil || Routes.withForms.contains(route.pattern) else {
                    throw ServiceError.unknownRoute(path: request.path)
                }
                pattern = route.pattern
                request.parameters = parameters
                request.parameters[AddressForm.parameter] = form.format
                return try await carryOut(request, id, route)
            case .methodNotAllowed(let methods):
                let names = methods.map(\.rawValue)
                if let preflight = crossOrigin.preflight(request, methods: names) { return preflight }
                var response = Problem(
                    status: .methodNotAllowed, code: "route.method-not-allowed",
                    detail: ServiceError.methodNotAllowed(names).description
                ).response
                response.headers[.allow] = names.joined(separator: ", ")
                return response
            case .notFound: throw ServiceError.unknownRoute(path: request.path)
            }
        } catch {
            return refusal(of: request, error)
        }
    }

    /// Carries out a request, if who sends it may, and puts down what came of it before anybody hears of it.
    private func carryOut(_ request: Request, _ id: String, _ route: Route) async throws -> Response {
        let audit = audit
        let isCovered = AuditTrail.covers(route.method)
        let object = isCovered ? try await offload { try audit.object(of: route, request.parameters) } : nil
        var who = Identity.unknown
        var foreign: ForeignThing?
        let response: Response
        do {
            let identity = try await access.identify(request, on: route)
            who = identity.who
            try identity.requireScope(of: route)
            var request = request
            request.caller = identity.caller
            try await ownership.check(request, on: route)
            response = try await route.handler(request)
        } catch {
            foreign = error as? ForeignThing
            response = refusal(of: request, error)
        }
        let entry = AuditEntry(
            who: who, route: route, object: object, foreign: foreign, response: response, requestID: id)
        guard isCovered || entry.outcome == .denied else { return response }
        do {
            try await offload { try audit.add(entry) }
        } catch {
            // It is done already, and on a full disk a deletion must be possible.
            logger.critical(
                "an entry of the audit log was lost",
                metadata: ["audit.entry": .string(entry.line), "error.type": "\(String(reflecting: type(of: error)))"])
        }
        return response
    }

    private func refusal(of request: Request, _ error: any Error) -> Response {
        if let problem = Problem(error) { return problem.response }
        // The type alone: texts of errors may hold names of files, and those may hold names of patients.
        logger.error(
            "a request failed",
            metadata: [
                "http.method": "\(request.head.method)", "error.type": "\(String(reflecting: type(of: error)))",
            ])
        return Problem.internalError.response
    }

    /// The answer to a request that the transport did not understand.
    package static func refuse(_ error: ProtocolError) -> Response { Problem(error).response }
}

/// What the handlers work with.
struct Resources: Sendable {
    let store: Store
    let library: ModelLibrary
    let limits: ServiceLimits
    let budget: JobBudget
    let routing: RoutingTable
    let pictures: PictureCache
    let wake: @Sendable () -> Void
    /// Tells the worker that an evaluation is waiting.
    let wakeEvaluations: @Sendable () -> Void
    let webhooks: WebhookPolicy
    let operations: Operations
    let logger: Logger
}
