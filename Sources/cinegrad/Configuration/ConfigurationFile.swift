import Foundation
import Yams

/// The settings of a YAML file, as text.
package struct ConfigurationFile: Hashable, Sendable {
    package struct Entry: Hashable, Sendable {
        package let text: String
        package let line: Int

        package init(text: String, line: Int) {
            self.text = text
            self.line = line
        }
    }

    package let path: String
    package let entries: [Setting: Entry]

    /// - Throws: ``ConfigurationError``.
    package init(path: String) throws {
        let text: String
        do {
            text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
        } catch {
            throw ConfigurationError.unreadableFile(path: path, reason: Self.reason(error))
        }
        try self.init(path: path, text: text)
    }

    package init(path: String, text: String) throws {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw ConfigurationError(error, path: path)
        }
        self.path = path
        var entries: [Setting: Entry] = [:]
        // A file of comments alone has no root.
        if let root, root.null == nil { try Self.collect(root, prefix: nil, path: path, into: &entries) }
        self.entries = entries
    }

    private static func collect(
        _ node: Node, prefix: String?, path: String, into entries: inout [Setting: Entry]
    ) throws {
        guard let mapping = node.mapping else {
            throw ConfigurationError.malformedFile(
                path: path, line: node.mark?.line, problem: "expected names with values")
        }
        for (key, value) in mapping {
            let line = key.mark?.line ?? 0
            guard let part = key.scalar?.string else {
                throw ConfigurationError.malformedFile(path: path, line: line, problem: "expected a name")
            }
            let name = prefix.map { "\($0).\(part)" } ?? part
            if let setting = Setting(rawValue: name) {
                guard let text = value.scalar?.string, value.null == nil else {
                    throw ConfigurationError.malformedFile(
                        path: path, line: line, problem: "\(name) needs one value; leave the line out for the default")
                }
                guard entries.updateValue(Entry(text: text, line: line), forKey: setting) == nil else {
                    throw ConfigurationError.malformedFile(
                        path: path, line: line, problem: "\(name) is there more than once")
                }
            } else if Setting.allCases.contains(where: { $0.rawValue.hasPrefix(name + ".") }) {
                // All settings of a section may be left out.
                if value.null == nil { try collect(value, prefix: name, path: path, into: &entries) }
            } else {
                throw ConfigurationError.unknownSetting(name: name, path: path, line: line)
            }
        }
    }

    static func reason(_ error: any Error) -> String {
        switch (error as? CocoaError)?.code {
        case .fileReadNoSuchFile: "there is no such file"
        case .fileReadNoPermission: "this user may not read it"
        case .fileReadInapplicableStringEncoding, .fileReadCorruptFile: "it is no text in UTF-8"
        default: "it is no file that can be read"
        }
    }
}

extension ConfigurationError {
    init(_ error: YamlError, path: String) {
        self =
            switch error {
            case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
                .composer(_, let problem, let mark, _):
                .malformedFile(path: path, line: mark.line, problem: problem)
            case .duplicatedKeysInMapping(let duplicates, let context):
                .malformedFile(
                    path: path, line: context.mark.line,
                    problem: "\(duplicates.sorted().joined(separator: ", ")) is there more than once")
            default: .malformedFile(path: path, line: nil, problem: "it is no YAML")
            }
    }
}
