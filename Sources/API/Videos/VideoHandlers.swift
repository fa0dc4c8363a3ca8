import Foundation
import HTTPServer
import HTTPTypes
import Pipelines
import Rendering
import Store
import Video

struct VideoHandlers: Sendable {
    let resources: Resources
    private var store: Store { resources.store }

    /// `POST /v1/videos`: the bytes themselves, or a form with a part `video`.
    @Sendable func create(_ request: Request) async throws -> Response {
        try request.allowQuery()
        var sink = try await UploadSink(store)
        do {
            if var form = Form(request, known: ["video"], limit: resources.limits.videoBytes + ServiceLimits.formBytes)
            {
                var isThere = false
                while let part = try await form.next() {
                    try await sink.receive(part.body)
                    isThere = true
                }
                guard isThere else { throw ServiceError.missingPart(name: "video") }
            } else {
                guard request.mediaType != "application/json" else {
                    throw ServiceError.unsupportedMediaType(
                        found: request.mediaType, expected: "the bytes of a video, or a form with a part \"video\"")
                }
                try await sink.receive(request.body.limited(to: resources.limits.videoBytes))
            }
        } catch {
            sink.cancel()
            throw error
        }
        let (record, isNew) = try await accept(try await sink.finish(), owner: request.caller.owner)
        let document = try VideoDocument(record)
        return .json(
            JSONText(document), status: isNew ? .created : .ok, headers: [.location: "/v1/videos/\(record.id)"])
    }

    /// Looks into what was uploaded and keeps it if it is a video.
    func accept(_ content: Content, owner: String) async throws -> (record: VideoRecord, isNew: Bool) {
        let (store, limits) = (store, resources.limits)
        return try await offload {
            do {
                guard content.bytes <= limits.videoBytes else { throw BodyError.tooLarge(limit: limits.videoBytes) }
                let facts = try VideoProbe.probe(content.url, limits: limits.video)
                let text = JSONText(StoredVideoFacts(facts)).text
                guard let dicom = facts.dicom, let instance = InstanceIdentifiers(dicom) else {
                    return try store.addVideo(content, facts: text, owner: owner)
                }
                return try store.addVideo(
                    content, facts: text, instance: instance, dicomFacts: JSONText(DICOMDocument(dicom)).text,
                    owner: owner)
            } catch {
                try store.discard(content)
                throw error
            }
        }
    }

    @Sendable func list(_ request: Request) async throws -> Response {
        try request.allowQuery("limit", "cursor")
        let (cursor, limit) = try request.page()
        let (store, viewer) = (store, request.caller.viewer)
        let page = try await offload { try store.videos(seenBy: viewer, after: cursor, limit: limit) }
        return .json(JSONText(PageDocument(items: try page.records.map(VideoDocument.init), next: page.next)))
    }

    @Sendable func show(_ request: Request) async throws -> Response {
        try request.allowQuery()
        return .json(JSONText(try VideoDocument(await record(request))))
    }

    @Sendable func delete(_ request: Request) async throws -> Response {
        try request.allowQuery()
        let (store, id) = (store, request.parameter("id"))
        guard try await offload({ try store.deleteVideo(id: id) }) else {
            throw ServiceError.notFound(what: "video", id: id)
        }
        return .noContent()
    }

    /// `GET /v1/videos/{id}/content`, with `Range` (RFC 9110, section 14).
    @Sendable func content(_ request: Request) async throws -> Response {
        try request.allowQuery()
        let record = try await record(request)
        let range = ContentRange(field: request.head.headerFields[.range], size: record.bytes)
        var headers: HTTPFields = [
            .contentType: "application/octet-stream", .acceptRanges: "bytes", .eTag: "\"\(record.sha256)\"",
            .cacheControl: "private, max-age=86400",
        ]
        headers[.contentRange] = range.field(size: record.bytes)
        let file = store.contentURL(sha256: record.sha256)
        switch range {
        case .whole:
            return Response(status: .ok, headers: headers, body: .file(file, offset: 0, length: record.bytes))
        case .part(let offset, let length):
            return Response(
                status: .partialContent, headers: headers, body: .file(file, offset: offset, length: length))
        case .unsatisfiable:
            return .unsatisfiable(range, size: record.bytes)
        }
    }

    /// `GET /v1/videos/{id}/frames/{n}`: one frame as PNG.
    @Sendable func frame(_ request: Request) async throws -> Response {
        try request.allowQuery()
        let record = try await record(request)
        let frames = try StoredVideoFacts(stored: record.facts).frames
        let text = request.parameter("n")
        guard let number = Int(text), (0..<frames).contains(number) else {
            throw ServiceError.noFrame(frame: text, frames: frames)
        }
        let (file, limits) = (store.contentURL(sha256: record.sha256), resources.limits.video)
        let png = try await offload {
            let image = try FrameReader.image(of: file, frame: number, limits: limits)
            return try PNG.encode(image, text: [("Source", "frame \(number) of \(record.id)")])
        }
        return await .immutable(png, type: MediaType.png.rawValue, request: request, vary: false)
    }

    private func record(_ request: Request) async throws -> VideoRecord {
        let (store, id) = (store, request.parameter("id"))
        guard let record = try await offload({ try store.video(id: id) }) else {
            throw ServiceError.notFound(what: "video", id: id)
        }
        return record
    }
}
