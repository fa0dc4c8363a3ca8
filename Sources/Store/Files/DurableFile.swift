import Foundation

/// File system calls that leave nothing in a cache: a name is on the disk only after its directory was synchronised too.
enum DurableFile {
    /// Creates a directory of mode 0700 unless it is there.
    /// - Parameter root: is named in errors.
    static func makeDirectory(_ url: URL, within root: URL) throws {
        let (path, named) = (url.path(percentEncoded: false), root.path(percentEncoded: false))
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) {
            guard isDirectory.boolValue else { throw StoreError.notADirectory(path: path) }
            return
        }
        let parent = url.deletingLastPathComponent()
        if !FileManager.default.fileExists(atPath: parent.path(percentEncoded: false)) {
            try makeDirectory(parent, within: root)
        }
        // Another upload may create the same directory of `content` at the same time.
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw StoreError.system("creating a directory", path: named)
        }
        try synchronize(directory: parent)
    }

    /// Creates an empty file of mode 0600 unless it is there.
    static func touch(_ url: URL) throws {
        let path = url.path(percentEncoded: false)
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StoreError.system("creating the database", path: path) }
        close(descriptor)
    }

    /// Whether somebody, in this process or another, holds a lock (flock(2)) on a file. One that is gone is not locked.
    static func isLocked(_ url: URL) -> Bool {
        let descriptor = open(url.path(percentEncoded: false), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    /// Makes the bytes of a file durable.
    static func synchronize(file: URL) throws {
        let path = file.path(percentEncoded: false)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StoreError.system("opening a file", path: path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw StoreError.system("synchronising a file", path: path) }
    }

    /// Bytes of a file; nil when there is none.
    static func size(_ path: String) -> Int? {
        var facts = stat()
        return stat(path, &facts) == 0 ? Int(facts.st_size) : nil
    }

    /// Makes creations, renamings and removals in a directory durable.
    static func synchronize(directory: URL) throws {
        let path = directory.path(percentEncoded: false)
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StoreError.system("opening a directory", path: path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw StoreError.system("synchronising a directory", path: path) }
    }

    /// Removes a file; one that is gone already is no error.
    static func remove(_ url: URL) throws {
        let path = url.path(percentEncoded: false)
        guard unlink(path) == 0 || errno == ENOENT else { throw StoreError.system("removing a file", path: path) }
    }
}
