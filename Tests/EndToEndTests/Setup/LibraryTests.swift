import Foundation
import TestSupport
import Testing

/// What the container image must have for the binary to start.
struct LibraryTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func output(_ program: String, _ arguments: [String]) async throws -> String {
        let child = try ChildProcess(
            program, arguments, environment: ["LC_ALL": "C"], output: .pipe,
            errors: directory.url.appending(path: "errors"))
        return String(decoding: await child.output.rest(), as: UTF8.self)
    }

    /// The files that the binary names itself, without those of the Swift runtime, which the image's binary has inside.
    private func neededLibraries() async throws -> [String: URL] {
        let binary = try BuiltBinary.url.path
        let needed = try await output("readelf", ["--dynamic", binary]).matches(
            of: /\(NEEDED\)\s+Shared library: \[(.+)\]/)
        let found = try await output("ldd", [binary]).matches(of: /\s(\S+) (?:=> (\S+) )?\(0x/)
        let paths = Dictionary(
            found.map { (String($0.1).components(separatedBy: "/").last ?? "", String($0.2 ?? $0.1)) }
        ) { $1 }
        var libraries: [String: URL] = [:]
        for name in needed.map({ String($0.1) }) {
            let path = try #require(paths[name], "\(name) is not found")
            if !path.contains("/swift/") { libraries[name] = URL(filePath: path).resolvingSymlinksInPath() }
        }
        return libraries
    }

    /// The Debian packages that have a file.
    private func packages(of file: URL) async throws -> Set<String> {
        let lines = try await output("dpkg-query", ["--search", "*/\(file.lastPathComponent)"]).split(separator: "\n")
        var packages: Set<String> = []
        for line in lines {
            let parts = line.components(separatedBy: ": ")
            // Directories such as /lib are links, and packages name files by either way.
            guard parts.count == 2, URL(filePath: parts[1]).resolvingSymlinksInPath() == file else { continue }
            packages.insert(parts[0].components(separatedBy: ":")[0])
        }
        return packages
    }

    @Test func theImageInstallsWhatTheBinaryLinks() async throws {
        let script = ProjectFile.url("Docker/install-dependencies.sh").path
        let installed = Set(
            try await output("bash", [script, "run", "--list"]).split(separator: "\n").map(String.init))
        let libraries = try await neededLibraries()
        #expect(libraries.keys.contains { $0.hasPrefix("libopencv_video.so") })
        #expect(libraries.keys.contains { $0.hasPrefix("libc.so") })
        for (name, file) in libraries {
            let packages = try await packages(of: file)
            #expect(!packages.isDisjoint(with: installed), "\(name) is in \(packages.sorted())")
        }
    }

    @Test func theImageIsBuiltByTheScriptOfMake() throws {
        let image = try ProjectFile.text("Docker/Dockerfile")
        #expect(image.contains("install-dependencies.sh build"))
        #expect(image.contains("install-dependencies.sh run"))
        #expect(!image.contains("apt-get"))
        #expect(try ProjectFile.text("Makefile").contains("install-dependencies.sh"))
    }
}
