/// What a video may ask for before it is refused. The initialiser gives the defaults.
package struct VideoLimits: Hashable, Sendable {
    /// Width times height of a frame as it is stored.
    package var maximumPixels = 64 << 20
    package var maximumFrames = 1_000_000
    /// Bytes of an uploaded array, and of the clip that is made of any video.
    package var maximumArrayBytes = 4 << 30

    package init() {}
}
