import HTTPTypes
import TestSupport
import Testing

extension Refusal {
    /// What a PACS may send wrongly; what is wrong with single objects is in the answers that ``StoreTests`` look at.
    static let dicomWeb: [Refusal] = [
        Refusal("study.not-found", "2.25.9") { try await $0.service.delete("/v1/studies/2.25.9") },
        Refusal("study.not-found", "2.25.9") { try await $0.service.delete("/dicom-web/studies/2.25.9") },
        Refusal("request.invalid-parameter", "digits and dots") { try await $0.service.delete("/v1/studies/1-2") },
        Refusal("dicom.no-instances", "no DICOM objects") {
            let body = RelatedBody([])
            return try await $0.service.request(
                .post, "/dicom-web/studies", headers: [.contentType: body.contentType], body: body.bytes)
        },
        Refusal("request.malformed-form", "boundary") {
            try await $0.service.request(
                .post, "/dicom-web/studies", headers: [.contentType: "multipart/related; type=\"application/dicom\""],
                body: [1])
        },
        Refusal("request.unsupported-media-type", "application/dicom") {
            try await $0.service.request(
                .post, "/dicom-web/studies/2.25.1", headers: [.contentType: "image/jpeg"], body: [1])
        },
        Refusal("request.malformed-coding", "no gzip") {
            try await $0.service.request(
                .post, "/instances", headers: [#require(HTTPField.Name("Content-Encoding")): "gzip"], body: [1, 2, 3])
        },
        Refusal("dicom.no-identifiers", "study") {
            try await $0.service.request(
                .post, "/instances", headers: [:], body: DICOMObject.cine(frames: 2).with(.study, nil).bytes)
        },
        Refusal("video.not-a-video", "it is text") {
            try await $0.service.request(.post, "/instances", headers: [:], body: Array("a text".utf8))
        },
    ]
}
