import Glibc
import Synchronization

/// The value of the `Date` field, made once a second (RFC 9110, section 6.6.1).
final class DateStamp: Sendable {
    private let last = Mutex<(second: Int, field: [UInt8])>((-1, []))

    /// IMF-fixdate of now.
    var current: [UInt8] {
        let second = time(nil)
        return last.withLock { last in
            if last.second != second { last = (second, Self.format(second)) }
            return last.field
        }
    }

    /// - Parameter second: since 1970, UTC.
    static func format(_ second: Int) -> [UInt8] {
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        var second = second
        var parts = tm()
        gmtime_r(&second, &parts)
        func digits(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let day = "\(days[Int(parts.tm_wday)]), \(digits(parts.tm_mday)) \(months[Int(parts.tm_mon)])"
        let clock = "\(digits(parts.tm_hour)):\(digits(parts.tm_min)):\(digits(parts.tm_sec))"
        return Array("\(day) \(parts.tm_year + 1900) \(clock) GMT".utf8)
    }
}
