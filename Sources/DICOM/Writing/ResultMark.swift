/// What tells results of this software from other objects, wherever they come back from.
package enum ResultMark {
    /// Manufacturer (0008,0070) and Manufacturer's Model Name (0008,1090).
    package static let manufacturer = "Cinegrad"
    /// Of the private block (0011,10xx) that the first results had; archives keep them.
    private static let creator = "CINEGRAD 1"
    /// Device UID (0018,1002), and Implementation Class UID (0002,0012) of files that are written here.
    package static let implementation = DICOMUID.named("cinegrad", "implementation", "1")

    /// Marks an object.
    /// - Parameter version: of this software, such as `cinegrad 0.1.0`.
    package static func put(on set: inout DataSet, version: String) {
        set.put(0x0008_0070, .long, manufacturer)
        set.put(0x0008_1090, .long, manufacturer)
        set.put(0x0018_1020, .long, version)
        set.put(0x0018_1002, .uid, implementation)
    }

    /// Those who pass objects on may drop the device's identifier, or change the maker's name.
    static func isOn(_ attributes: Attributes) -> Bool {
        attributes.text(0x0018_1002) == implementation || attributes.text(0x0011_0010) == creator
            || (attributes.text(0x0008_0070) == manufacturer && attributes.text(0x0008_1090) == manufacturer)
    }
}
