import Foundation
import TestSupport
import Testing

/// Results in a real archive: Orthanc stores and renders them, dicomweb-client reads them back, dciodvfy and dsrdump find nothing wrong.
struct ArchiveTests {
    @Test func aRealArchiveTakesAndShowsWhatComesOfARealCine() async throws {
        let directory = try TemporaryDirectory()
        let errors = directory.url.appending(path: "errors")
        let child = try ChildProcess(
            "bash", [ProjectFile.url("Tests/PACS/results.sh").path, try BuiltBinary.url.path],
            environment: ["HOME": directory.url.path], output: .pipe, errors: errors)
        let output = String(decoding: await child.output.rest(), as: UTF8.self)
        let ending = await child.ending()
        let told = (try? String(contentsOf: errors, encoding: .utf8)) ?? ""
        // 77: there is no way to the package index, and with it to the clip. The other tests make their own objects.
        #expect(ending == .exit(0) || ending == .exit(77), "\(output)\(told.suffix(6000))")
        if ending == .exit(0) { #expect(output.contains("all 14 held"), "\(output)") }
    }
}
