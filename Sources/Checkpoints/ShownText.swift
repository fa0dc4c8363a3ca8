/// A text of the file for a message: names may be long, and hold what would end a line of a log or a terminal's colours.
package func shown(_ text: String) -> String {
    let longest = 300
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.prefix(longest) {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate:
            scalars.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
        default: scalars.append(scalar)
        }
    }
    return String(scalars) + (text.unicodeScalars.dropFirst(longest).isEmpty ? "" : "…")
}
