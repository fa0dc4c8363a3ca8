import HTTPServer
import TestSupport

extension RawClient {
    convenience init(_ address: BoundAddress) throws { try self.init(port: address.port) }
}
