package import Foundation

/// Numbers as the value representations DS, DA and TM have them.
package enum DecimalText {
    /// At most 16 characters, with nine significant digits.
    package static func of(_ number: Double) -> String { String(format: "%.9g", number) }

    /// With at most `decimals` digits behind the point, and no zeros at their end.
    package static func of(_ number: Double, decimals: Int) -> String {
        var text = String(format: "%.\(decimals)f", number)
        guard text.contains(".") else { return text }
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }
}

/// A moment as the value representations DA and TM have it, in UTC.
package struct DICOMMoment: Hashable, Sendable {
    package let date, time: String

    package init(_ moment: Date) {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: moment)
        date = String(format: "%04d%02d%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
        time = String(format: "%02d%02d%02d", parts.hour ?? 0, parts.minute ?? 0, parts.second ?? 0)
    }
}
