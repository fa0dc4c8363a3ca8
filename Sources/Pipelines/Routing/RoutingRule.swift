/// Which objects of a PACS are explained, and how: a rule of the file that `dicom.routes` names.
package struct RoutingRule: Hashable, Sendable {
    /// What an object must be; nil takes any.
    package var modality: String?
    /// Of the series or of the study.
    package var description: TextPattern?
    package var station: TextPattern?
    /// Frames of the clip, and pixels of the region that is seen.
    package var frames, width, height: WholeRange?
    /// An id or a name.
    package var model: String
    /// What is asked for, without video and model.
    package var request: ExplainRequest
}

/// A text with `*` for any characters and `?` for one; capital letters don't count.
package struct TextPattern: Hashable, Sendable {
    private let pattern: [Character]

    package init(_ text: String) { pattern = Array(text.lowercased()) }

    package func matches(_ text: String) -> Bool {
        let text = Array(text.lowercased())
        var (p, t) = (0, 0)
        // Where the last star stands, and how much of the text it has taken so far.
        var star: (p: Int, t: Int)?
        while t < text.count {
            if p < pattern.count, pattern[p] == "*" {
                star = (p, t)
                p += 1
            } else if p < pattern.count, pattern[p] == "?" || pattern[p] == text[t] {
                p += 1
                t += 1
            } else if let last = star {
                star = (last.p, last.t + 1)
                (p, t) = (last.p + 1, last.t + 1)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == "*" }
    }
}

/// Whole numbers, written as `16`, `16-64`, `16-` or `-64`.
package struct WholeRange: Hashable, Sendable {
    private let range: ClosedRange<Int>

    /// Nil for another text.
    package init?(_ text: String) {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        func number(_ text: String, otherwise: Int) -> Int? {
            if text.isEmpty { return otherwise }
            return text.utf8.count <= 9 && text.allSatisfy { $0.isASCII && $0.isNumber } ? Int(text) : nil
        }
        guard (1...2).contains(ends.count), !ends.allSatisfy(\.isEmpty),
            let least = number(ends[0], otherwise: 0),
            let most = ends.count == 1 ? least : number(ends[1], otherwise: .max), least <= most
        else { return nil }
        range = least...most
    }

    package func contains(_ number: Int) -> Bool { range.contains(number) }
}

/// What rules are about: an object that could be explained.
package struct RoutingSubject: Hashable, Sendable {
    package var modality, seriesDescription, studyDescription, station: String
    package var frames, width, height: Int

    package init(
        modality: String, seriesDescription: String, studyDescription: String, station: String, frames: Int, width: Int,
        height: Int
    ) {
        self.modality = modality
        self.seriesDescription = seriesDescription
        self.studyDescription = studyDescription
        self.station = station
        self.frames = frames
        self.width = width
        self.height = height
    }
}

extension RoutingRule {
    package func applies(to subject: RoutingSubject) -> Bool {
        guard modality == nil || modality == subject.modality else { return false }
        if let description, !description.matches(subject.seriesDescription),
            !description.matches(subject.studyDescription)
        {
            return false
        }
        if let station, !station.matches(subject.station) { return false }
        return [(frames, subject.frames), (width, subject.width), (height, subject.height)].allSatisfy {
            range, number in
            range?.contains(number) ?? true
        }
    }
}
