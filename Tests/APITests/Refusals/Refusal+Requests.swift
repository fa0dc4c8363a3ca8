import HTTPTypes
import Testing

extension Refusal {
    /// Addresses, parameters and headers.
    static let requests = [
        Refusal("route.not-found", "/v1/clips") { try await $0.service.get("/v1/clips") },
        Refusal("route.method-not-allowed", "GET, HEAD") {
            try await $0.service.request(.put, "/version", headers: [:], body: [])
        },
        Refusal("video.not-found", "vid_x") { try await $0.service.get("/v1/videos/vid_x") },
        Refusal("video.not-found", "vid_x") { try await $0.service.delete("/v1/videos/vid_x") },
        Refusal("model.not-found", "other") { try await $0.service.get("/v1/models/other") },
        Refusal("explanation.not-found", "exp_x") { try await $0.service.get("/v1/explanations/exp_x") },
        Refusal("explanation.not-found", "exp_x") { try await $0.service.get("/v1/explanations/exp_x/maps/flow") },
        Refusal("explanation.not-finished", "queued") { try await $0.service.get("\($0.waiting)/maps/pixels") },
        Refusal("explanation.not-finished", "queued") { try await $0.service.get("\($0.waiting)/vectors") },
        Refusal("explanation.no-such-part", "vectors") { try await $0.service.get("\($0.finished)/vectors") },
        Refusal("explanation.nothing-partial", "has succeeded") { try await $0.service.get("\($0.finished)/partial") },
        Refusal("explanation.nothing-partial", "has succeeded") {
            try await $0.service.get("\($0.finished)/partial/pixels.npy")
        },
        Refusal("explanation.no-such-part", "noise") { try await $0.service.get("\($0.finished)/noise") },
        Refusal("beats.unknown", "no R waves") { try await $0.service.get("\($0.finished)/beat") },
        Refusal("beats.outside", "wholly within") { try await $0.service.get("\($0.finished)/beat?ed=500,600") },
        Refusal("export.not-found", "no DICOM object") { try await $0.service.get("\($0.finished)/export") },
        Refusal("result.not-found", "2.25.9") { try await $0.service.get("/dicom-web/studies/2.25.9") },
        Refusal("dicom.no-source", "no DICOM object") { try await $0.service.get("\($0.finished)/dicom") },
        Refusal("explanation.not-finished", "queued") { try await $0.service.get("\($0.waiting)/dicom?object=sr") },
        Refusal("explanation.not-found", "exp_x") { try await $0.service.get("/v1/explanations/exp_x/dicom") },
        Refusal("map.not-found", "it has pixels") { try await $0.service.get("\($0.finished)/maps/flow") },
        Refusal("map.not-found", "it has pixels") { try await $0.service.get("\($0.finished)/maps/maps/frames/0") },
        Refusal("frame.not-found", "0 to 7") { try await $0.service.get("\($0.finished)/maps/pixels/frames/8") },
        Refusal("frame.not-found", "0 to 31") { try await $0.service.get("/v1/videos/\($0.video)/frames/32") },
        Refusal("resource.in-use", "wait or run") { try await $0.service.delete("/v1/videos/\($0.video)") },
        Refusal("resource.in-use", "wait or run") { try await $0.service.delete("/v1/models/tiny") },
        Refusal("model.bundled", "stays") { try await $0.service.delete("/v1/models/moving-shapes-angle") },
        Refusal("request.unknown-parameter", "takes none") { try await $0.service.get("/version?format=json") },
        Refusal("request.unknown-parameter", "limit, cursor") { try await $0.service.get("/v1/videos?page=2") },
        Refusal("request.invalid-parameter", "from 1 to 500") { try await $0.service.get("/v1/videos?limit=0") },
        Refusal("request.invalid-parameter", "more than once") {
            try await $0.service.get("/v1/videos?limit=2&limit=2")
        },
        Refusal("request.invalid-parameter", "queued, running") {
            try await $0.service.get("/v1/explanations?state=done")
        },
        Refusal("request.invalid-parameter", "from 0.0 to 1.0") {
            try await $0.service.get("\($0.finished)/maps/pixels/frames/0?alpha=0x1p-1")
        },
        Refusal("request.invalid-cursor", "none that this service gave out") {
            try await $0.service.get("/v1/explanations?cursor=next")
        },
        Refusal("request.not-acceptable", "application/json") {
            try await $0.service.get("/v1/explanations", accept: "text/html")
        },
        Refusal("request.not-acceptable", "application/json") {
            try await $0.service.request(
                .post, "/v1/explanations", headers: [.accept: "image/png", .contentType: "application/json"],
                body: $0.request([:]).bytes)
        },
        Refusal("request.not-acceptable", "text/event-stream") {
            try await $0.service.get("\($0.finished)/events", accept: "image/png")
        },
        Refusal("request.not-acceptable", "application/x-npy") {
            try await $0.service.get("\($0.finished)/maps/pixels", accept: "text/html")
        },
        Refusal("request.not-acceptable", "video/mp4") {
            try await $0.service.get("\($0.finished)/maps/pixels.npz")
        },
        Refusal("request.invalid-parameter", "ember, tide, gray") {
            try await $0.service.get("\($0.finished)/maps/pixels.png?colormap=jet")
        },
        Refusal("request.invalid-parameter", "json, npy, png, gif, mp4") {
            try await $0.service.get("\($0.finished)/maps/pixels?format=webm")
        },
        Refusal("picture.too-large", "lower zoom") {
            try await $0.service.get("\($0.finished)/maps/pixels.png?geometry=source&zoom=8&density=3")
        },
        Refusal("frame.not-found", "0 to 7") { try await $0.service.get("\($0.finished)/figure?frame=8") },
        Refusal("explanation.no-such-part", "flow") { try await $0.service.get("\($0.finished)/flow.mp4") },
        Refusal("request.range-not-satisfiable", "bytes") {
            try await $0.service.request(
                .get, "/v1/videos/\($0.video)/content", headers: [.range: "bytes=99999999-"], body: [])
        },
    ]

    /// Bodies that are none of the forms that an address takes.
    static let forms: [Refusal] = {
        let type = FormBody.contentType
        // Addresses that take a form, with a part of it each.
        let addresses = [("/v1/videos", "video"), ("/v1/models", "manifest"), ("/v1/explanations", "model")]
        let broken = addresses.flatMap { path, part in
            [
                Refusal("request.malformed-form", "closing boundary") {
                    try await $0.post(path, type: type, Array(FormBody([.text(part, "{}")]).bytes.dropLast(8)))
                },
                Refusal("request.malformed-form", "boundary") {
                    try await $0.post(path, type: "multipart/form-data", FormBody([]).bytes)
                },
                Refusal("request.unknown-part", "\"colour\"") {
                    try await $0.service.post(path, parts: [.text("colour", "red")])
                },
            ]
        }
        return broken + [
            Refusal("webhook.not-allowed", "webhooks.allow") {
                try await $0.service.post(
                    "/v1/explanations?webhook=http://169.254.169.254/latest", $0.request([:]))
            },
            Refusal("request.missing-part", "\"video\"") { try await $0.service.post("/v1/videos", parts: []) },
            Refusal("request.missing-part", "\"manifest\"") { try await $0.service.post("/v1/models", parts: []) },
            Refusal("request.missing-part", "\"manifest\"") {
                try await $0.service.post("/v1/models", parts: [.file("checkpoint", [1])])
            },
            Refusal("request.missing-part", "\"checkpoint\"") {
                try await $0.service.post("/v1/models", parts: [.json("manifest", TinyModel.manifest)])
            },
            Refusal("request.repeated-part", "\"checkpoint\"") {
                try await $0.service.post(
                    "/v1/models", parts: TinyModel.parts(TinyModel.manifest) + [.file("checkpoint", [1])])
            },
            Refusal("request.repeated-part", "\"video\"") {
                try await $0.service.post("/v1/videos", parts: [.file("video", [1]), .file("video", [1])])
            },
            Refusal("request.repeated-part", "\"model\"") {
                try await $0.service.post(
                    "/v1/explanations",
                    parts: [.file("video", $0.service.sample()), .text("model", "tiny"), .text("model", "tiny")])
            },
            Refusal("request.unsupported-media-type", "application/json") {
                try await $0.service.post("/v1/videos", ["video": "x"])
            },
            Refusal("request.unsupported-media-type", "application/json") {
                try await $0.post("/v1/explanations", type: "text/html", Array("<p>".utf8))
            },
            Refusal("request.unsupported-media-type", "(none)") {
                try await $0.post("/v1/models", type: nil, [])
            },
            Refusal("request.too-large", "1048576") {
                try await $0.post(
                    "/v1/explanations", type: "application/json", Array(repeating: 32, count: 1 << 20 + 1))
            },
            Refusal("request.too-large", "1048576") {
                let manifest = FormBody.Part.file("manifest", Array(repeating: 32, count: 1 << 20 + 1))
                return try await $0.service.post("/v1/models", parts: [.file("checkpoint", [1]), manifest])
            },
        ]
    }()
}
