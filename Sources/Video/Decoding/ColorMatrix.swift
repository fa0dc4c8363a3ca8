import CFFmpeg

/// The conversions between YUV and RGB that video files name. The raw values are swscale's.
enum ColorMatrix: Int32, Hashable {
    case bt709 = 1
    case fcc = 4
    case bt601 = 5
    case smpte240m = 7
    case bt2020 = 9

    /// - Parameter lines: decide where the file says nothing: high definition is Rec. 709, all else Rec. 601.
    init(_ space: AVColorSpace, lines: Int) {
        self =
            switch space {
            case AVCOL_SPC_BT709: .bt709
            case AVCOL_SPC_FCC: .fcc
            case AVCOL_SPC_BT470BG, AVCOL_SPC_SMPTE170M: .bt601
            case AVCOL_SPC_SMPTE240M: .smpte240m
            case AVCOL_SPC_BT2020_NCL, AVCOL_SPC_BT2020_CL: .bt2020
            default: lines >= 720 ? .bt709 : .bt601
            }
    }
}
