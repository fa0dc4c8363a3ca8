import HTTPServer
import HTTPTypes
import Store

struct StudyHandlers: Sendable {
    let resources: Resources

    /// `DELETE /v1/studies/{study}` and `DELETE /dicom-web/studies/{study}`: everything of a study is erased.
    @Sendable func erase(_ request: Request) async throws -> Response {
        try request.allowQuery()
        let (store, study, viewer) = (resources.store, try request.uid("study"), request.caller.viewer)
        guard try await offload({ try store.eraseStudy(study, seenBy: viewer) }) else {
            throw ServiceError.notFound(what: "study", id: study)
        }
        return .noContent()
    }
}
