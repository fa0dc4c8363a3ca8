import DICOM
import Testing

struct TimingTests {
    private func timing(
        increment: String = "", frameTime: Double? = nil, vector: [Double] = [], cineRate: Double? = nil,
        displayRate: Double? = nil, frames: Int = 3, heartRate: Double? = nil
    ) -> DICOMTiming {
        DICOMTiming(
            increment: increment, frameTime: frameTime, vector: vector, cineRate: cineRate, displayRate: displayRate,
            frames: frames, heartRate: heartRate, rWaveMilliseconds: [])
    }

    @Test func theVectorGoesBeforeTheRest() {
        let found = timing(frameTime: 33.333, vector: [0, 20, 30], cineRate: 10)
        #expect(found.frameMicroseconds == 25_000)
        #expect(found.source == .frameTimeVector)
    }

    @Test func thePointerChoosesTheFrameTime() {
        let found = timing(increment: "(0018,1063)", frameTime: 33.333, vector: [0, 20, 30])
        #expect(found.frameMicroseconds == 33_333)
        #expect(found.source == .frameTime)
    }

    @Test func aVectorOfAnotherLengthDoesNotCount() {
        #expect(timing(vector: [0, 20], cineRate: 50).frameMicroseconds == 20_000)
        #expect(timing(vector: [0, -1, 20], cineRate: 50).source == .cineRate)
    }

    @Test func ratesAreTheLastResort() {
        #expect(timing(frameTime: 0, cineRate: 0, displayRate: 40).frameMicroseconds == 25_000)
        #expect(timing(displayRate: 40).source == .displayRate)
        #expect(timing().frameMicroseconds == nil)
        #expect(timing(cineRate: 1e9).frameMicroseconds == nil)
    }

    @Test func aHeartRateOfZeroIsUnknown() {
        #expect(timing(heartRate: 0).heartRate == nil)
        #expect(timing(heartRate: 61).heartRate == 61)
    }
}
