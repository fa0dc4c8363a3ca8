package import Foundation

/// A program that a test writes for what it tests to start.
package enum ScriptFile {
    /// Another process writes it: a child that was being started meanwhile would have the file open for writing if this one did, and a file that
    /// anybody writes cannot be run (ETXTBSY, execve(2)).
    /// - Parameter text: of bash, behind the first line.
    /// - Returns: the path of a file `name` in the directory.
    /// - Throws: `ForeignProgram.Failure`
    package static func write(_ text: String, named name: String, in directory: URL) throws -> String {
        let path = directory.appending(path: name).path
        let (status, output) = try ForeignProgram.run([
            "bash", "-c", #"printf '#!/bin/bash\n%s\n' "$1" > "$2" && chmod 700 "$2""#, "bash", text, path,
        ])
        guard status == 0 else { throw ForeignProgram.Failure(description: output) }
        return path
    }
}
