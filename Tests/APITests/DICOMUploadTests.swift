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
        ("no-regions", DICOMObject.cine(frames: 9).with(.regions, nil)),
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
            // Nor is anything shown of what may have names in it.
            let frame = try await service.get("/v1/videos/\(try #require(video["id"].string))/frames/0")
            if code == "still" || code == "other-kind" {
                #expect(frame.status == 200)
            } else {
                #expect(frame.status == 422 && frame.code == "video.not-shown")
            }
        }
    }

    @Test func aModelsRateAndPreparationAreInTheProvenance() async throws {
        try await TestService.with { service in
            func explanation(_ fields: [String: JSON], period: Int?) async throws -> JSON {
                var manifest = TinyModel.manifest
                // The name of one of these is not taken by another.
                manifest["name"] = .string("tiny-\(fields.count)-\(period ?? 0)")
                manifest["input"] = .object(
                    ["frames": 8, "height": 112, "width": 112].merging(fields) { _, new in new })
                let model = try await service.post("/v1/models", parts: TinyModel.parts(manifest)).json
                #expect(model["input"]["frame_rate"] == fields["frame_rate"] ?? .null)
                let video = try await service.upload(DICOMObject.cine(frames: 9).bytes).json["id"]
                var request: JSON = ["video": video, "model": model["id"], "method": "gradient", "checks": []]
                if let period { request["clip"] = ["period": .number(Double(period))] }
                return try await service.explained(request)
            }
            try await service.working {
                // 25 frames a second, as every second one of 50.
                let prepared = try await explanation(
                    ["frame_rate": 50, "period": 2, "preparation": "echonet-dynamic"], period: nil)
                let clip = prepared["provenance"]["clip"]
                #expect(clip["source_frames"] == [0, 1, 2, 3, 4, 5, 6, 7] && clip["frame_rate"] == 25)
                #expect(clip["source_frame_rate"] == 25 && clip["resampled_frame_rate"] == 50)
                #expect(clip["preparation"] == "echonet-dynamic" && clip["source_width"] == 112)
                // The maps lie on the frame that was prepared.
                let address = try #require(prepared["links"]["map_pixels"].string)
                #expect(try await service.get("\(address)/frames/0?geometry=source").status == 200)
                let plain = try await explanation(["frame_rate": 100], period: nil)["provenance"]["clip"]
                #expect(plain["source_frames"] == [0, 0, 1, 1, 1, 1, 2, 2] && plain["preparation"] == "region")
                #expect(plain["frame_rate"] == 100)
                // A period that is asked for counts the video's frames.
                let counted = try await explanation(["frame_rate": 100], period: 1)["provenance"]["clip"]
                #expect(counted["source_frames"] == [0, 1, 2, 3, 4, 5, 6, 7])
                #expect(counted["resampled_frame_rate"].isNull)
            }
        }
    }

    @Test func aVideoWithoutARateIsNotResampled() async throws {
        try await TestService.with { service in
            var manifest = TinyModel.manifest
            manifest["input"] = ["frames": 8, "height": 32, "width": 40, "frame_rate": 50]
            let model = try await service.post("/v1/models", parts: TinyModel.parts(manifest)).json["id"]
            let video = try await service.upload(DICOMObject.cine(frames: 9).with(.frameTime, nil).bytes).json
            #expect(video["frame_rate"].isNull)
            let refusal = try await service.post("/v1/explanations", ["video": video["id"], "model": model])
            #expect(refusal.status == 422 && refusal.code == "video.invalid-sampling")
            #expect(refusal.detail.contains("clip.period"))
        }
    }
}
