package import Foundation

/// Stores objects in an archive.
package struct ArchiveClient: Sendable {
    let archive: Archive
    /// Gives places for files; what is written there does not outlive the call.
    private let scratch: @Sendable () -> URL

    package init(_ archive: Archive, scratch: @escaping @Sendable () -> URL) {
        self.archive = archive
        self.scratch = scratch
    }

    /// - Parameters:
    ///   - file: of PS3.10.
    ///   - instance: its SOP Instance UID.
    /// - Throws: ``ArchiveError``; `CocoaError` when there is no room for the request.
    package func store(_ file: Data, instance: String) throws {
        switch archive.service {
        case .stow: try stow(file, instance: instance)
        case .orthanc: try upload(file)
        }
    }

    private var base: String { archive.url.hasSuffix("/") ? String(archive.url.dropLast()) : archive.url }

    private func post(_ body: Data, to path: String, type: String, accept: String) throws -> [UInt8] {
        let file = scratch()
        guard
            FileManager.default.createFile(
                atPath: file.path(percentEncoded: false), contents: body, attributes: [.posixPermissions: 0o600])
        else { throw CocoaError(.fileWriteUnknown) }
        defer { try? FileManager.default.removeItem(at: file) }
        var headers = [("Content-Type", type), ("Accept", accept)]
        if let authorization = archive.authorization { headers.append(("Authorization", authorization)) }
        let answer = try HTTPTransfer(
            url: base + path, headers: headers.map { (name: $0.0, value: $0.1) }, body: file,
            certificates: archive.certificates, seconds: archive.seconds
        ).run(scratch: scratch())
        guard (200..<300).contains(answer.status) else {
            // 409 tells in its body why nothing was stored (PS3.18, 10.5.3).
            if answer.status == 409, let reason = Self.failure(answer.body) {
                throw ArchiveError.failed(reason: reason)
            }
            throw ArchiveError.refused(status: answer.status)
        }
        return answer.body
    }

    /// STOW-RS with one part (PS3.18, 10.5).
    private func stow(_ file: Data, instance: String) throws {
        let boundary = "cinegrad-\(UUID().uuidString)"
        var body = Data("--\(boundary)\r\nContent-Type: application/dicom\r\n\r\n".utf8)
        body += file
        body += Data("\r\n--\(boundary)--\r\n".utf8)
        let answer = try post(
            body, to: "/studies", type: "multipart/related; type=\"application/dicom\"; boundary=\(boundary)",
            accept: "application/dicom+json")
        guard let object = try? JSONSerialization.jsonObject(with: Data(answer)) else {
            throw ArchiveError.nonsense(reason: "it is no JSON")
        }
        // Some put the data set into an array.
        guard let set = object as? [String: Any] ?? (object as? [[String: Any]])?.first else {
            throw ArchiveError.nonsense(reason: "it is no data set")
        }
        if let failed = Self.items(set, "00081198").first {
            throw ArchiveError.failed(reason: Self.number(failed, "00081197"))
        }
        let stored = Self.items(set, "00081199").contains { item in
            ((item["00081155"] as? [String: Any])?["Value"] as? [String])?.first == instance
        }
        guard stored else { throw ArchiveError.nonsense(reason: "it does not name the object as stored") }
    }

    /// `POST /instances` of Orthanc.
    private func upload(_ file: Data) throws {
        let answer = try post(file, to: "/instances", type: "application/dicom", accept: "application/json")
        let object = (try? JSONSerialization.jsonObject(with: Data(answer))) as? [String: Any]
        guard let status = object?["Status"] as? String, ["Success", "AlreadyStored"].contains(status) else {
            throw ArchiveError.nonsense(reason: "it does not say that the object is stored")
        }
    }

    private static func failure(_ body: [UInt8]) -> Int? {
        let set = (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any]
        return set.flatMap { items($0, "00081198").first }.flatMap { number($0, "00081197") }
    }

    private static func items(_ set: [String: Any], _ tag: String) -> [[String: Any]] {
        ((set[tag] as? [String: Any])?["Value"] as? [[String: Any]]) ?? []
    }

    private static func number(_ item: [String: Any], _ tag: String) -> Int? {
        ((item[tag] as? [String: Any])?["Value"] as? [Any])?.first as? Int
    }
}
