import Foundation
import GRDB

/// What the store cannot do, and what to do about it.
package enum StoreError: Error, Equatable, Sendable {
    // The data directory.
    case notADirectory(path: String)
    case noPermission(path: String)
    /// The file system is mounted for reading alone.
    case readOnly(path: String)
    /// There is no database in it.
    case notADataDirectory(path: String)
    /// Of a backup's target.
    case exists(path: String)
    case lockedByAnotherProcess(path: String)
    case newerSchema
    // The disk.
    case diskFull
    case file(operation: String, code: Int32)
    case database(code: Int32, message: String)
    case corrupt(String)
    /// A file of content that is gone or has other bytes than its hash says.
    case damagedContent(String)
    // The request.
    case inUse(id: String)
    case running(id: String)
    case nameTaken(name: String)
    /// With the seconds until a place may be free.
    case queueFull(limit: Int, seconds: Int)
    /// The owner's part of the queue, likewise.
    case shareFull(limit: Int, seconds: Int)
    case unknownVideo(id: String)
    case unknownModel(id: String)
    case invalidCursor
    case uploadClosed
    case invalidMap(kind: String)
    case invalidClip
}

extension StoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notADirectory(let path): "\(path) is not a directory; name another data directory"
        case .noPermission(let path):
            "\(path) may not be read and written by this user; change its owner or name another directory"
        case .readOnly(let path): "\(path) is on a disk that is mounted read-only; mount it for writing"
        case .notADataDirectory(let path): "\(path) is no data directory: there is no database in it"
        case .exists(let path): "\(path) exists already; name a place that does not"
        case .lockedByAnotherProcess(let path):
            "\(path) is in use by another process; stop that one or name another data directory"
        case .newerSchema:
            "the data directory was written by a newer version; run that version or name another directory"
        case .diskFull: "the disk of the data directory is full; free space on it"
        case .file(let operation, let code): "\(operation) failed: \(String(cString: strerror(code)))"
        case .database(let code, let message): "the database refused (code \(code)): \(message)"
        case .corrupt(let what): "\(what) is damaged on the disk"
        case .damagedContent(let sha256):
            "the content \(sha256) is gone or damaged; cinegrad check tells what it belongs to"
        case .inUse(let id): "\(id) is used by explanations that wait or run; cancel them or let them finish"
        case .running(let id): "\(id) is running; cancel it first"
        case .nameTaken(let name): "another model has the name \(name); delete that one or choose another name"
        case .queueFull(let limit, let seconds):
            "\(limit) of them are waiting already; try again in \(seconds) seconds"
        case .shareFull(let limit, let seconds):
            "\(limit) of yours are waiting already; try again in \(seconds) seconds"
        case .unknownVideo(let id): "there is no video \(id)"
        case .unknownModel(let id): "there is no model \(id)"
        case .invalidCursor: "the cursor is none that this service gave out"
        case .uploadClosed: "the upload is finished or cancelled already"
        case .invalidMap(let kind): "the map \(kind) has other values than its extents and scale allow"
        case .invalidClip: "the clip has other pixels than its extents allow"
        }
    }
}

extension StoreError {
    /// The error of the system call that just failed on a path of the data directory.
    static func system(_ operation: String, path: String) -> StoreError {
        let code = errno
        return switch code {
        // EFBIG: no file may have this size here (setrlimit(2), or a limit of the file system).
        case ENOSPC, EDQUOT, EFBIG: .diskFull
        case EROFS: .readOnly(path: path)
        case EACCES, EPERM: .noPermission(path: path)
        case ENOTDIR: .notADirectory(path: path)
        default: .file(operation: operation, code: code)
        }
    }

    /// Runs `body` and turns the database's errors into this domain's.
    static func translating<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw StoreError(error)
        } catch is RowDecodingError {
            throw StoreError.corrupt("a row of the database")
        }
    }

    private init(_ error: DatabaseError) {
        self =
            switch error.resultCode {
            case .SQLITE_FULL: .diskFull
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: .corrupt("the database")
            case .SQLITE_READONLY: .readOnly(path: "the database")
            default:
                .database(code: error.extendedResultCode.rawValue, message: error.message ?? "no explanation")
            }
    }
}
