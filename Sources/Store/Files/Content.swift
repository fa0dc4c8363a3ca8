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

/// Keeps a content file from removal.
final class ContentHold: Sendable {
    private let shelf: ContentShelf
    private let sha256: String
    private let isHeld = Mutex(true)

    fileprivate init(shelf: ContentShelf, sha256: String) {
        self.shelf = shelf
        self.sha256 = sha256
    }

    deinit { release() }

    func release() {
        let wasHeld = isHeld.withLock { held in
            defer { held = false }
            return held
        }
        if wasHeld { shelf.release(sha256) }
    }
}

/// The content files, and which of them are held between an upload and the row that will refer to it.
final class ContentShelf: Sendable {
    private let directory: DataDirectory
    private let holds = Mutex<[String: Int]>([:])

    init(directory: DataDirectory) { self.directory = directory }

    func hold(_ sha256: String) -> ContentHold {
        holds.withLock { $0[sha256, default: 0] += 1 }
        return ContentHold(shelf: self, sha256: sha256)
    }

    fileprivate func release(_ sha256: String) {
        holds.withLock { holds in
            let remaining = (holds[sha256] ?? 1) - 1
            holds[sha256] = remaining > 0 ? remaining : nil
        }
    }

    /// Removes a file that nobody holds.
    /// - Parameter isReferenced: whether a row refers to it; asked while no new hold can begin.
    func remove(_ sha256: String, unless isReferenced: () throws -> Bool) throws {
        try holds.withLock { holds in
            guard holds[sha256] == nil, try !isReferenced() else { return }
            try DurableFile.remove(directory.contentURL(sha256: sha256))
        }
    }
}
