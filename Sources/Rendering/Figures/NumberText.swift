import Foundation

/// Numbers as they stand on a picture.
package enum NumberText {
    /// Three significant digits, with a power of ten where there would be many zeros: `0.0123`, `−2.13×10⁻³`.
    package static func short(_ value: Double) -> String {
        if value == 0 { return "0" }
        guard value.isFinite else { return "\(value)" }
        let text: String
        if abs(value) >= 0.01, abs(value) < 1000 {
            text = trimmed(String(format: "%.\(decimals(value))f", value))
        } else {
            let parts = String(format: "%.2e", value).split(separator: "e")
            guard parts.count == 2, let exponent = Int(parts[1]) else { return "\(value)" }
            text = trimmed(String(parts[0])) + "×10" + superscript(exponent)
        }
        return text.replacing("-", with: "−")
    }

    /// The largest of 1, 2 and 5 times a power of ten that is not above a positive value.
    static func round(below value: Double) -> Double {
        guard value.isFinite, value > 0 else { return 0 }
        let power = pow(10, log10(value).rounded(.down))
        return ([5, 2, 1].first { $0 * power <= value * 1.000_001 } ?? 1) * power
    }

    private static func superscript(_ exponent: Int) -> String {
        let digits: [Character] = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]
        return (exponent < 0 ? "⁻" : "")
            + String(String(abs(exponent)).compactMap { $0.wholeNumberValue.map { digits[$0] } })
    }

    private static func decimals(_ value: Double) -> Int {
        switch abs(value) {
        case 100...: 0
        case 10...: 1
        case 1...: 2
        case 0.1...: 3
        default: 4
        }
    }

    /// Without zeros at the end of a fraction.
    private static func trimmed(_ text: String) -> String {
        guard text.contains(".") else { return text }
        var text = text
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }
}
