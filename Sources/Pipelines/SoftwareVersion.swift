/// The version of this software, as it stands in every result.
package enum SoftwareVersion {
    package static let name = "cinegrad"
    package static let current = "0.1.0"
    /// Stands with every result.
    package static let notice = "Research use only. Not for diagnosis."
}
