import HTTPServer
import Video
struct MapPicture { let map: StoredMap; let style: MapStyle; func contactSheet() throws -> [UInt8] { [] }; func frame(_ n: Int) throws -> [UInt8] { [] } }
