/// Which part of a DICOM object's frames a clip is made of, and how. The raw values are the names in a model's manifest.
package enum ClipFraming: String, Hashable, Sendable, CaseIterable {
    /// The largest region of tissue that the object states. What lies outside, burnt-in names too, is never seen.
    case region
    /// As EchoNet-Dynamic's authors prepared their data (`ConvertDICOMToAVI.ipynb`): see ``EchoNetFraming``. For DICOM objects: other videos are taken as prepared.
    case echoNet = "echonet-dynamic"
}
