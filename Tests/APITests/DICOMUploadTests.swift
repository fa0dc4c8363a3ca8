import TestSupport
import Testing

/// DICOM objects as videos.
struct DICOMUploadTests {
    @Test(arguments: Transport.allCases) func aCineIsAVideo(_ transport: Transport) async throws {
        try await TestService.with(transport) { service in
            let answer = try await service.upload(DICOMObject.cine(frames: 9).bytes)
            let video = try answer.json
            #expect(answer.status == 201)
            #expect(video["format"] == "dicom" && video["codec"].string == DICOMObject.explicitLittleEndian)
            // Cropped to the region: no more of the object is seen.
            #expect(video["width"] == 48 && video["height"] == 32 && video["frames"] == 9)
            #expect(video["frame_rate"] == 25)
            let dicom = video["dicom"]
            #expect(dicom["study"] == "2.25.1" && dicom["series"] == "2.25.2" && dicom["modality"] == "US")
            #expect(dicom["rows"] == 48 && dicom["columns"] == 64 && dicom["heart_rate"] == 61)
            #expect(dicom["region"]["x"] == 8 && dicom["region"]["width"] == 48)
            #expect(dicom["region"]["centimetres_per_pixel"]["x"].double == 0.05)
            #expect(dicom["not_explained"].isNull)
            #expect(!answer.text.contains("Vogelsang") && !answer.text.contains("4711"))
        }
    }

    @Test func aCineIsExplained() async throws {
        try await TestService.with { service in
            let model = try await service.tinyModel()
            let video = try await service.upload(DICOMObject.cine(frames: 9).bytes).json["id"]
            try await service.working {
                let explanation = try await service.explained([
                    "video": video, "model": .string(model), "method": "gradient", "checks": [],
                ])
                #expect(explanation["state"] == "succeeded")
                let address = try #require(explanation["links"]["map_pixels"].string)
                #expect(try await service.get(address).status == 200)
            }
        }
    }

    @Test(arguments: [
        ("still", DICOMObject.cine(frames: 1)),
        ("doppler", DICOMObject.cine(frames: 9).with(.regions, .items([DICOMObject.region(format: 3, dataType: 3)]))),
        ("m-mode", DICOMObject.cine(frames: 9).with(.regions, .items([DICOMObject.region(format: 2, dataType: 1)]))),
        (
            "no-tissue",
            DICOMObject.cine(frames: 9).with(.regions, .items([DICOMObject.region(format: 4, dataType: 10)]))
        ),
        ("other-kind", DICOMObject.cine(frames: 9).with(.sopClass, .uid("1.2.840.10008.5.1.4.1.1.4"))),
    ]) func whatIsNoClipIsKeptAndNotExplained(_ code: String, _ object: DICOMObject) async throws {
        try await TestService.with { service in
            let answer = try await service.upload(object.bytes)
            let video = try answer.json
            #expect(answer.status == 201)
            #expect(video["dicom"]["not_explained"]["code"].string == code)
            let reason = try #require(video["dicom"]["not_explained"]["reason"].string)
            let refusal = try await service.post(
                "/v1/explanations", ["video": video["id"], "model": "moving-shapes-sides"])
            #expect(refusal.status == 422 && refusal.code == "video.not-explained")
            #expect(refusal.detail.contains(reason))
        }
    }
}
