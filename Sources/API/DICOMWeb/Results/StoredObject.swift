import Foundation
import Store

/// A result with its attributes in the DICOM JSON model.
struct StoredObject {
    let record: ResultRecord
    private(set) var attributes: [String: Any]

    /// - Throws: when what is stored is damaged.
    init(_ record: ResultRecord) throws {
        self.record = record
        let object = try JSONSerialization.jsonObject(with: Data(record.attributes.utf8))
        guard let attributes = object as? [String: Any] else { throw StoreError.corrupt("a result") }
        self.attributes = attributes
    }

    /// Values of an attribute as text.
    func texts(_ tag: String) -> [String] {
        guard let attribute = attributes[tag] as? [String: Any], let values = attribute["Value"] as? [Any] else {
            return []
        }
        return values.compactMap { value in
            if let name = value as? [String: String] { return name["Alphabetic"] }
            return value as? String
        }
    }

    /// The whole object, with the address of its pixels.
    func metadata(base: String) -> [String: Any] {
        var all = attributes
        all["00081190"] = Self.value("UR", [address(base)])
        if record.pixelOffset != nil { all["7FE00010"] = ["vr": "OB", "BulkDataURI": "\(address(base))/frames"] }
        return all
    }

    /// What a search tells of the object.
    func found(base: String) -> [String: Any] {
        var all = attributes
        all["00081190"] = Self.value("UR", [address(base)])
        all["00080056"] = Self.value("CS", ["ONLINE"])
        return all
    }

    func address(_ base: String) -> String { "\(seriesAddress(base))/instances/\(record.instance)" }
    private func seriesAddress(_ base: String) -> String { "\(base)/studies/\(record.study)/series/\(record.series)" }

    /// What a search tells of a study, from the results in it.
    static func study(_ objects: [StoredObject], base: String) -> [String: Any] {
        guard let first = objects.first else { return [:] }
        var found = first.only([
            "00080005", "00080020", "00080030", "00080050", "00080090", "00081030", "00100010", "00100020", "00100030",
            "00100040", "0020000D", "00200010",
        ])
        found["00080056"] = value("CS", ["ONLINE"])
        found["00080061"] = value("CS", Set(objects.flatMap { $0.texts("00080060") }).sorted())
        found["00081190"] = value("UR", ["\(base)/studies/\(first.record.study)"])
        found["00201206"] = value("IS", [Set(objects.map(\.record.series)).count])
        found["00201208"] = value("IS", [objects.count])
        return found
    }

    /// What a search tells of a series, from the results in it.
    static func series(_ objects: [StoredObject], base: String) -> [String: Any] {
        guard let first = objects.first else { return [:] }
        var found = first.only([
            "00080005", "00080021", "00080031", "00080060", "0008103E", "0020000D", "0020000E", "00200011",
        ])
        found["00080056"] = value("CS", ["ONLINE"])
        found["00081190"] = value("UR", [first.seriesAddress(base)])
        found["00201209"] = value("IS", [objects.count])
        return found
    }

    private func only(_ tags: [String]) -> [String: Any] { attributes.filter { tags.contains($0.key) } }

    private static func value(_ representation: String, _ values: [Any]) -> [String: Any] {
        ["vr": representation, "Value": values]
    }
}
