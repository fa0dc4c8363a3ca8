import DICOM
import Foundation
import HTTPServer
import HTTPTypes
import Store

/// Results by their identifiers, for viewers and archives (QIDO-RS and WADO-RS, PS3.18, 10.4 and 10.6).
struct ResultObjectHandlers: Sendable {
    let resources: Resources

    /// Without parameters: some clients compare all of it.
    static let json = "application/dicom+json"
    static let object = "application/dicom"

    /// What a search tells of.
    private enum Level { case study, series, instance }

    /// `GET /dicom-web/studies`
    @Sendable func studies(_ request: Request) async throws -> Response { try await search(request, .study) }
    /// `GET /dicom-web/series`, `/dicom-web/studies/{study}/series`
    @Sendable func series(_ request: Request) async throws -> Response { try await search(request, .series) }
    /// `GET /dicom-web/instances`, and those of a study or a series.
    @Sendable func instances(_ request: Request) async throws -> Response { try await search(request, .instance) }

    private func search(_ request: Request, _ level: Level) async throws -> Response {
        try request.allowQuery(ResultSearch.parameters)
        let search = try ResultSearch(request)
        let form = try Self.form(request)
        let (resources, base) = (resources, Self.base(request))
        let found = try await offload { () -> [[UInt8]]? in
            let objects = try Self.objects(request, in: resources.store).filter(search.matches)
            let items: [[String: Any]] =
                switch level {
                case .study: Self.grouped(objects) { $0.record.study }.map { StoredObject.study($0, base: base) }
                case .series: Self.grouped(objects) { $0.record.series }.map { StoredObject.series($0, base: base) }
                case .instance: objects.map { $0.found(base: base) }
                }
            let page = search.page(items)
            return page.isEmpty ? nil : try Self.encoded(Array(page), form)
        }
        guard let found else { return Response(status: .noContent, headers: [:], body: .empty) }
        return Self.document(found, form)
    }

    /// `GET …/metadata` of a study, a series or an instance.
    @Sendable func metadata(_ request: Request) async throws -> Response {
        try request.allowQuery()
        let form = try Self.form(request)
        let (resources, base) = (resources, Self.base(request))
        let found = try await offload {
            try Self.encoded(try Self.existing(request, in: resources.store).map { $0.metadata(base: base) }, form)
        }
        return Self.document(found, form)
    }

    /// `GET` of a study, a series or an instance: its objects as they are stored.
    @Sendable func retrieve(_ request: Request) async throws -> Response {
        try request.allowQuery()
        let store = resources.store
        let records = try await offload { try Self.existing(request, in: store).map(\.record) }
        let accept = DICOMWebAccept(request)
        let isTaken = records.allSatisfy { accept.takesParts(Self.object, transferSyntax: $0.transferSyntax) }
        if request.parameters["instance"] != nil, let record = records.first,
            !isTaken || accept.best(["multipart/related", Self.object]) == Self.object
        {
            guard accept.best([Self.object]) != nil else { throw Self.notAcceptable }
            let file = try await offload { try Self.file(record, in: store) }
            return await .immutable([UInt8](file), type: Self.object, request: request, vary: true)
        }
        guard isTaken else { throw Self.notAcceptable }
        return RelatedParts(type: Self.object).response { write in
            for record in records {
                let file = try await offload { try Self.file(record, in: store) }
                try await write("\(Self.object); transfer-syntax=\(record.transferSyntax)", [UInt8](file))
            }
        }
    }

    private static let notAcceptable = ServiceError.notAcceptable(offered: [
        "multipart/related; type=\"application/dicom\"", "application/dicom",
    ])

    private static func form(_ request: Request) throws -> DICOMWebForm {
        guard let form = DICOMWebAccept(request).form else {
            throw ServiceError.notAcceptable(offered: [
                json, "multipart/related; type=\"\(DICOMWebForm.xml.rawValue)\"",
            ])
        }
        return form
    }

    private static func document(_ parts: [[UInt8]], _ form: DICOMWebForm) -> Response {
        switch form {
        case .json:
            return Response(
                status: .ok, headers: [.contentType: json, .cacheControl: "no-store", .vary: "Accept"],
                body: .bytes(parts.flatMap(\.self)))
        case .xml:
            return RelatedParts(type: form.rawValue, caching: "no-store").response { write in
                for part in parts { try await write(form.rawValue, part) }
            }
        }
    }

    /// One document of all items, or one of each: of XML each object is a document.
    private static func encoded(_ items: [[String: Any]], _ form: DICOMWebForm) throws -> [[UInt8]] {
        switch form {
        case .json:
            let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
            return [[UInt8](try JSONSerialization.data(withJSONObject: items, options: options))]
        case .xml: return items.map { NativeModel($0).bytes }
        }
    }

    /// In the order in which they first come.
    private static func grouped(_ objects: [StoredObject], by key: (StoredObject) -> String) -> [[StoredObject]] {
        var (order, groups): ([String], [String: [StoredObject]]) = ([], [:])
        for object in objects {
            if groups[key(object)] == nil { order.append(key(object)) }
            groups[key(object), default: []].append(object)
        }
        return order.compactMap { groups[$0] }
    }
}

extension ResultObjectHandlers {
    /// What the address names.
    /// - Throws: ``ServiceError/invalidParameter(name:reason:)`` for what is no identifier.
    static func objects(_ request: Request, in store: Store) throws -> [StoredObject] {
        func uid(_ name: String) throws -> String? { try request.parameters[name].map { _ in try request.uid(name) } }
        return try store.results(
            seenBy: request.caller.viewer, explanation: nil, study: uid("study"), series: uid("series"),
            instance: uid("instance")
        ).map(StoredObject.init)
    }

    /// - Throws: ``ServiceError/notFound(what:id:)`` when there is nothing.
    static func existing(_ request: Request, in store: Store) throws -> [StoredObject] {
        let objects = try objects(request, in: store)
        guard objects.isEmpty else { return objects }
        let name = request.parameters["instance"] ?? request.parameters["series"] ?? request.parameter("study")
        throw ServiceError.notFound(what: "result", id: name)
    }

    static func file(_ record: ResultRecord, in store: Store) throws -> Data {
        guard let file = try store.resultFile(instance: record.instance) else {
            throw ServiceError.notFound(what: "result", id: record.instance)
        }
        return file
    }

    /// Of addresses in answers, as the client knows this service.
    static func base(_ request: Request) -> String {
        let host = request.head.authority ?? request.head.headerFields[HTTPField.Name.host] ?? ""
        return host.isEmpty ? "/dicom-web" : "http://\(host)/dicom-web"
    }
}

extension HTTPField.Name {
    fileprivate static let host = HTTPField.Name("Host") ?? .accept
}

extension ResultRecord {
    /// As ``Pipelines`` writes them.
    var transferSyntax: String { pixelOffset == nil ? "1.2.840.10008.1.2.1" : PixelCompression.transferSyntax }
}
