package import Foundation
import Synchronization

/// Uploaded bytes that are on the disk under their hash.
///
/// While one lives, its file is not removed, even if the last video or model with the same bytes is deleted meanwhile.
package struct Content: Sendable {
    /// 64 hexadecimal digits, lower case.
    package let sha256: String
    package let bytes: Int
    package let url: URL
    let hold: ContentHold
}

/// Keeps a content file from removal, by this process or another.
final class ContentHold: Sendable {
    /// Nil when let go.
    private let lock: Mutex<ContentLock?>

    fileprivate init(_ lock: ContentLock) { self.lock = Mutex(lock) }

    func release() { lock.withLock { $0 = nil } }
}

/// The content files. One is held between an upload and the row that will refer to it.
final class ContentShelf: Sendable {
    private let directory: DataDirectory

    init(directory: DataDirectory) { self.directory = directory }

    func hold(_ sha256: String) throws -> ContentHold {
        ContentHold(try ContentLock.share(sha256, file: directory.contentLock))
    }

    /// Removes a file that nobody holds.
    /// - Parameter isReferenced: whether a row refers to it; asked while no new hold can begin.
    func remove(_ sha256: String, unless isReferenced: () throws -> Bool) throws {
        guard let lock = try ContentLock.own(sha256, file: directory.contentLock) else { return }
        defer { withExtendedLifetime(lock) {} }
        guard try !isReferenced() else { return }
        try DurableFile.remove(directory.contentURL(sha256: sha256))
    }
}
