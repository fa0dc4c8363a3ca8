import CRevision
import Foundation

/// The version of this software, as it stands in every result.
package enum SoftwareVersion {
    package static let name = "cinegrad"
    package static let current = "0.1.0"
    /// The SHA-256 of the program that runs: of two results with the same one it is certain that the same code made them. Nil where the system does not
    /// tell which file it is.
    package static let build = try? FileDigest.sha256(of: URL(filePath: "/proc/self/exe"))
    /// The commit that the program was built from, 40 hexadecimal digits, with `-modified` behind them where the sources differed from it. Nil for builds
    /// that were not told: `make` tells them, `swift build` alone doesn't.
    package static let revision = cinegrad_revision().map { String(cString: $0) }
    /// Stands with every result.
    package static let notice = "Research use only. Not for diagnosis."
}
