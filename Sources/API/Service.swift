import Foundation
package import HTTPServer
import HTTPTypes
package import Logging
package import Pipelines
package import Store

/// The HTTP interface over the store and the models: answers every request that the transport understood.
package struct Service: Sendable {
    /// What it answers to, in the order of the table.
    package let routes: [Route]
    private let router: Router
    private let logger: Logger

    /// - Parameters:
    ///   - budget: of each explanation; what does not fit is refused before it is queued.
    ///   - wake: tells the workers that a job is waiting.
    ///   - wakeEvaluations: tells the one of evaluations.
    package init(
        store: Store, library: ModelLibrary, limits: ServiceLimits, budget: JobBudget,
        wake: @escaping @Sendable () -> Void, wakeEvaluations: @escaping @Sendable () -> Void, logger: Logger
    ) {
        routes = Routes.table(
            Resources(
                store: store, library: library, limits: limits, budget: budget, pictures: PictureCache(), wake: wake,
                wakeEvaluations: wakeEvaluations))
        router = Router(routes)
        self.logger = logger
    }

    package func respond(_ request: Request) async -> Response { await answer(request).coded(for: request) }

    private func answer(_ request: Request) async -> Response {
        do {
            let form = AddressForm(request)
            switch router.resolve(method: request.head.method, segments: form.segments) {
            case .found(let route, let parameters):
                guard form.format == nil || Routes.withForms.contains(route.pattern) else {
                    throw ServiceError.unknownRoute(path: request.path)
                }
                var request = request
                request.parameters = parameters
                request.parameters[AddressForm.parameter] = form.format
                return try await route.handler(request)
            case .methodNotAllowed(let methods):
                let names = methods.map(\.rawValue)
                var response = Problem(
                    status: .methodNotAllowed, code: "route.method-not-allowed",
                    detail: ServiceError.methodNotAllowed(names).description
                ).response
                response.headers[.allow] = names.joined(separator: ", ")
                return response
            case .notFound: throw ServiceError.unknownRoute(path: request.path)
            }
        } catch {
            if let problem = Problem(error) { return problem.response }
            // The type alone: texts of errors may hold names of files, and those may hold names of patients.
            logger.error(
                "a request failed",
                metadata: [
                    "http.method": "\(request.head.method)", "error.type": "\(String(reflecting: type(of: error)))",
                ])
            return Problem.internalError.response
        }
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
    let pictures: PictureCache
    let wake: @Sendable () -> Void
    /// Tells the worker that an evaluation is waiting.
    let wakeEvaluations: @Sendable () -> Void
}
