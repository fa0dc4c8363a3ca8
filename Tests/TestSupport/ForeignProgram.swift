import Foundation

/// Programs of others that tests hold files against.
package enum ForeignProgram {
    package struct Failure: Error, CustomStringConvertible { package let description: String }

    /// What a program wrote to its standard output and standard error.
    /// - Throws: ``Failure`` when it is not there.
    package static func run(_ words: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = words
        let pipe = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        let output = String(decoding: bytes, as: UTF8.self)
        // What `env` says of a program that it does not find.
        guard process.terminationStatus != 127 else { throw Failure(description: output) }
        return (process.terminationStatus, output)
    }
}
