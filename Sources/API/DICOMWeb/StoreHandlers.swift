import HTTPServer
import HTTPTypes

/// STOW-RS: storing over the web (PS3.18, section 10.5).
struct StoreHandlers: Sendable {
    let resources: Resources

    /// Objects of one request.
    private static let limits = MultipartLimits(parts: 10_000, headerBytes: 4096)

    /// `POST /dicom-web/studies` and `/dicom-web/studies/{study}`: objects as the parts of `multipart/related`, or one as the body.
    @Sendable func store(_ request: Request) async throws -> Response {
        try request.allowQuery()
        let form = try DICOMWebForm(request)
        let study = try request.parameters["study"].map { _ in try request.uid("study") }
        let intake = InstanceIntake(resources: resources, study: study, owner: request.caller.owner)
        let body = try request.decodedBody(limit: resources.limits.studyBytes)
        let type = request.head.headerFields[.contentType] ?? ""
        let results: [Result<StoredInstance, InstanceRefusal>]
        if let parts = RelatedReader(contentType: type, body: body, limits: Self.limits) {
            guard parts.type == nil || Self.isDICOM(parts.type) else {
                throw Self.unsupported("multipart/related of \(parts.type ?? "nothing")")
            }
            results = try await store(parts, intake)
        } else {
            guard Self.isDICOM(type) else { throw Self.unsupported(request.mediaType) }
            results = [try await result { try await intake.take(body) }]
        }
        return StoreAnswer(results: results, base: request.base).response(as: form)
    }

    /// What has come whole is stored, whatever becomes of the rest.
    private func store(_ parts: RelatedReader, _ intake: InstanceIntake) async throws -> [Result<
        StoredInstance, InstanceRefusal
    >] {
        var results: [Result<StoredInstance, InstanceRefusal>] = []
        func refuse(_ reason: InstanceRefusal.Reason, _ cause: any Error) {
            results.append(.failure(InstanceRefusal(identifiers: nil, reason: reason, cause: cause)))
        }
        do {
            while let part = try await parts.next() {
                if let type = part.contentType, !Self.isDICOM(type), !Self.isUnknown(type) {
                    refuse(.notUnderstood, Self.unsupported(type))
                } else {
                    results.append(try await result { try await intake.take(part.body) })
                }
            }
        } catch let error as MultipartError where !results.isEmpty {
            refuse(error == .tooManyParts(limit: Self.limits.parts) ? .tooLarge : .notUnderstood, error)
        } catch BodyError.tooLarge(let limit) where !results.isEmpty && limit == resources.limits.studyBytes {
            refuse(.tooLarge, BodyError.tooLarge(limit: limit))
        }
        guard !results.isEmpty else { throw ServiceError.noInstances }
        return results
    }

    private func result(
        _ body: () async throws -> StoredInstance
    ) async throws -> Result<StoredInstance, InstanceRefusal> {
        do {
            return .success(try await body())
        } catch let refusal as InstanceRefusal {
            return .failure(refusal)
        }
    }

    private static func isDICOM(_ type: String?) -> Bool { mediaType(type) == "application/dicom" }
    private static func isUnknown(_ type: String) -> Bool { mediaType(type) == "application/octet-stream" }

    private static func mediaType(_ type: String?) -> String? { type.flatMap { ParameterizedValue($0)?.value } }

    private static func unsupported(_ found: String?) -> ServiceError {
        .unsupportedMediaType(
            found: found, expected: "multipart/related; type=\"application/dicom\", or application/dicom for one object"
        )
    }
}

extension Request {
    /// A parameter of the query that is a unique identifier of DICOM; nil when it is not given.
    func uidParameter(_ name: String) throws -> String? {
        try query.first(name).map { try Self.uid($0, name) }
    }

    /// A segment of the path that is a unique identifier of DICOM.
    /// - Throws: ``ServiceError/invalidParameter(name:reason:)``.
    func uid(_ name: String) throws -> String {
        try Self.uid(parameter(name), name)
    }

    private static func uid(_ text: String, _ name: String) throws -> String {
        guard (1...64).contains(text.utf8.count), text.utf8.first != UInt8(ascii: "."),
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") })
        else {
            throw ServiceError.invalidParameter(
                name: name, reason: "expected 1 to 64 digits and dots, a digit first")
        }
        return text
    }
}
