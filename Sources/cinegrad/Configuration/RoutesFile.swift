package import Foundation
import Models
package import Pipelines
import Yams

/// The file of rules that `dicom.routes` names. `Config/routes.yaml` documents its form.
package enum RoutesFile {
    /// - Throws: ``ConfigurationError``.
    package static func read(_ file: URL) throws -> RoutingTable {
        let path = file.path(percentEncoded: false)
        let text: String
        do {
            text = try String(contentsOf: file, encoding: .utf8)
        } catch {
            throw ConfigurationError.unreadableFile(path: path, reason: ConfigurationFile.reason(error))
        }
        let tree: Any?
        do {
            tree = try Yams.load(yaml: text)
        } catch let error as YamlError {
            throw ConfigurationError(error, path: path)
        }
        // The same closed reading as for requests: YAML's tree in JSON.
        guard let tree, JSONSerialization.isValidJSONObject(tree) else {
            throw ConfigurationError.malformedFile(
                path: path, line: nil, problem: "expected rules, see Config/routes.yaml")
        }
        do {
            return try RoutingTable(json: try JSONSerialization.data(withJSONObject: tree))
        } catch let error as DocumentError {
            throw ConfigurationError.malformedFile(path: path, line: nil, problem: error.description)
        }
    }
}
