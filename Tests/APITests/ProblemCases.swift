import API
import Checkpoints
import Cine
import DICOM
import Evaluation
import HTTPServer
import Models
import Motion
import ONNX
import OpenID
import Pipelines
import Store
import Tensors
import Video

/// One error of each case of every domain that a client can hear of. Each list is a chain: a new case does not compile until it stands in it.
enum ProblemCases {
    static var all: [any Error] {
        chain(after(_: ServiceError?.none), after) + chain(after(_: ProtocolError?.none), after)
            + chain(after(_: BodyError?.none), after) + chain(after(_: MultipartError?.none), after)
            + chain(after(_: StoreError?.none), after) + chain(after(_: ExplainError?.none), after)
            + chain(after(_: VideoError?.none), after) + chain(after(_: ModelError?.none), after)
            + chain(after(_: MotionError?.none), after) + chain(after(_: CheckpointError?.none), after)
            + chain(after(_: ShapeError?.none), after) + chain(after(_: PictureError?.none), after)
            + chain(after(_: ResultObjectError?.none), after) + chain(after(_: BeatError?.none), after)
            + TokenRefusal.allCases
            + [
                StudyError.wrongContract(
                    model: "tiny", reason: "it takes 8 frames of 40x32 pixels, and the clips have 32 of 112x112"),
                malformed, GunzipError(), KeysUnavailable(seconds: 42),
                DocumentError(path: "samples", reason: "expected a whole number from 1 to 10000, not 0"),
            ]
    }

    /// What a body that is no JSON comes to.
    static var malformed: any Error {
        do {
            _ = try ExplainRequest(json: .init("{".utf8))
            return DocumentError(path: "", reason: "")
        } catch {
            return error
        }
    }

    private static func chain<E: Error>(_ first: E?, _ next: @escaping (E?) -> E?) -> [any Error] {
        sequence(first: first) { .some(next($0)) }.prefix { $0 != nil }.compactMap { $0 }
    }

    private static func after(_ error: PictureError?) -> PictureError? {
        switch error {
        case nil: .nothing(of: "vectors")
        case .nothing: .noFrame(frame: 0, frames: 1..<32)
        case .noFrame: .tooLarge(pixels: 57_802_752, limit: 48_000_000)
        case .tooLarge: nil
        }
    }

    private static func after(_ error: ResultObjectError?) -> ResultObjectError? {
        switch error {
        case nil: .noObject
        case .noObject: .noIdentity
        case .noIdentity: nil
        }
    }

    private static func after(_ error: BeatError?) -> BeatError? {
        switch error {
        case nil: .unknown
        case .unknown: .outside(frames: 0...31)
        case .outside: nil
        }
    }

    private static func after(_ error: ServiceError?) -> ServiceError? {
        switch error {
        case nil: .unknownRoute(path: "/v1/clips")
        case .unknownRoute: .methodNotAllowed(["GET", "HEAD", "DELETE"])
        case .methodNotAllowed: .notFound(what: "video", id: "vid_4cqUXkVdNzVhyTtWaBn8Jg")
        case .notFound("video", _): .notFound(what: "model", id: "r2plus1d")
        case .notFound("model", _): .notFound(what: "explanation", id: "exp_8mVTKdZyQ3ZpDkWuPq1fSb")
        case .notFound("explanation", _): .notFound(what: "evaluation", id: "evl_9pRtVwXyZ2aBcDeFgHjKmN")
        case .notFound("evaluation", _): .notFound(what: "study", id: "1.2.276.0.7230010.3.1.2.9")
        case .notFound("study", _): .notFound(what: "result", id: "1.2.3")
        case .notFound: .unsupportedMediaType(found: "text/plain", expected: "application/json")
        case .unsupportedMediaType:
            .notAcceptable(offered: ["application/json", "application/x-npy", "image/png"])
        case .notAcceptable: .missingPart(name: "checkpoint")
        case .missingPart: .unknownPart(name: "weights", known: ["manifest", "checkpoint"])
        case .unknownPart: .repeatedPart(name: "manifest")
        case .repeatedPart: .invalidParameter(name: "limit", reason: "expected a whole number from 1 to 500")
        case .invalidParameter: .unknownParameter(name: "page", known: ["limit", "cursor"])
        case .unknownParameter: .notFinished(id: "exp_8mVTKdZyQ3ZpDkWuPq1fSb", state: "running")
        case .notFinished: .evaluationNotFinished(id: "evl_9pRtVwXyZ2aBcDeFgHjKmN", state: "running")
        case .evaluationNotFinished: .noMap(id: "exp_8mVTKdZyQ3ZpDkWuPq1fSb", kind: "flow", available: ["pixels"])
        case .noMap: .noFrame(frame: "32", frames: 32)
        case .noFrame: .notCovered(frame: "40", frames: 0...31)
        case .notCovered: .noDICOMFrame(frame: 90, frames: 31)
        case .noDICOMFrame: .noPart(id: "exp_8mVTKdZyQ3ZpDkWuPq1fSb", what: "vectors")
        case .noPart: .noExport(id: "exp_8mVTKdZyQ3ZpDkWuPq1fSb")
        case .noExport: .nothingPartial(id: "exp_8mVTKdZyQ3ZpDkWuPq1fSb", state: "queued")
        case .nothingPartial: .bundledModel(name: "moving-shapes-sides")
        case .bundledModel: .idempotencyConflict
        case .idempotencyConflict: .rangeNotSatisfiable(size: 28114)
        case .rangeNotSatisfiable: .missingToken
        case .missingToken: .invalidToken
        case .invalidToken: .missingScope(.submit)
        case .missingScope: .webhookNotAllowed(isOff: true)
        case .webhookNotAllowed(true): .webhookNotAllowed(isOff: false)
        case .webhookNotAllowed(false): .noInstances
        case .noInstances: .noIdentifiers
        case .noIdentifiers: .notReady(["disk: it is full"])
        case .notReady: nil
        }
    }

    private static func after(_ error: ProtocolError?) -> ProtocolError? {
        switch error {
        case nil: .malformedRequestLine
        case .malformedRequestLine: .malformedTarget
        case .malformedTarget: .absoluteTarget
        case .absoluteTarget: .targetTooLong(limit: 8192)
        case .targetTooLong: .unsupportedVersion
        case .unsupportedVersion: .bareLineBreak
        case .bareLineBreak: .foldedField
        case .foldedField: .malformedField
        case .malformedField: .whitespaceBeforeColon
        case .whitespaceBeforeColon: .headersTooLarge(limit: 16384)
        case .headersTooLarge: .tooManyFields(limit: 100)
        case .tooManyFields: .missingHost
        case .missingHost: .repeatedHost
        case .repeatedHost: .malformedHost
        case .malformedHost: .malformedContentLength
        case .malformedContentLength: .repeatedContentLength
        case .repeatedContentLength: .lengthWithTransferCoding
        case .lengthWithTransferCoding: .malformedTransferCoding
        case .malformedTransferCoding: .unknownTransferCoding
        case .unknownTransferCoding: .unsupportedExpectation
        case .unsupportedExpectation: .headerTimeout
        case .headerTimeout: .tooManyConnections
        case .tooManyConnections: .unsendableResponse
        case .unsendableResponse: nil
        }
    }

    private static func after(_ error: BodyError?) -> BodyError? {
        switch error {
        case nil: .tooLarge(limit: 1_048_576)
        case .tooLarge: .malformedChunk
        case .malformedChunk: .clientClosed
        case .clientClosed: .timedOut
        case .timedOut: nil
        }
    }

    private static func after(_ error: MultipartError?) -> MultipartError? {
        switch error {
        case nil: .truncated
        case .truncated: .missingBoundary
        case .missingBoundary: .malformedDelimiter
        case .malformedDelimiter: .malformedHeader
        case .malformedHeader: .headersTooLarge(limit: 4096)
        case .headersTooLarge: .missingName
        case .missingName: .tooManyParts(limit: 16)
        case .tooManyParts: .partPassed
        case .partPassed: nil
        }
    }

    private static func after(_ error: StoreError?) -> StoreError? {
        switch error {
        case nil: .inUse(id: "vid_4cqUXkVdNzVhyTtWaBn8Jg")
        case .inUse: .nameTaken(name: "tiny")
        case .nameTaken: .queueFull(limit: 1000, seconds: 12)
        case .queueFull: .shareFull(limit: 500, seconds: 12)
        case .shareFull: .unknownVideo(id: "vid_4cqUXkVdNzVhyTtWaBn8Jg")
        case .unknownVideo: .unknownModel(id: "mdl_Yh2tR5qXw8MsFvKbGpT3Ln")
        case .unknownModel: .invalidCursor
        case .invalidCursor: .diskFull
        // From here on the service's own fault, except `running`: what has ended never runs again, so a deletion does not meet it.
        case .diskFull: .running(id: "exp_8mVTKdZyQ3ZpDkWuPq1fSb")
        case .running: .notADirectory(path: "data")
        case .notADirectory: .noPermission(path: "data")
        case .noPermission: .readOnly(path: "data")
        case .readOnly: .notADataDirectory(path: "data")
        case .notADataDirectory: .exists(path: "data")
        case .exists: .lockedByAnotherProcess(path: "data")
        case .lockedByAnotherProcess: .newerSchema
        case .newerSchema: .file(operation: "write", code: 5)
        case .file: .database(code: 1, message: "")
        case .database: .corrupt("a row")
        case .corrupt: .damagedContent("e3b0")
        case .damagedContent: .uploadClosed
        case .uploadClosed: .invalidMap(kind: "flow")
        case .invalidMap: .invalidClip
        case .invalidClip: nil
        }
    }

    private static func after(_ error: ExplainError?) -> ExplainError? {
        switch error {
        case nil: .invalidRequest(DocumentError(path: "samples", reason: "expected a whole number, not 0"))
        case .invalidRequest: .unknownModel("r2plus1d")
        case .unknownModel: .unknownVideo("vid_4cqUXkVdNzVhyTtWaBn8Jg")
        case .unknownVideo: .nothingMoves(frames: 1)
        case .nothingMoves: .notFinite("the gradients are")
        case .notFinite: .unusableFlow("it holds values that are not finite numbers")
        case .unusableFlow: .tooMuchMemory(bytes: 9_342_156_800, limit: 4_294_967_296)
        case .tooMuchMemory: nil
        }
    }

    private static func after(_ error: VideoError?) -> VideoError? {
        switch error {
        case nil: .empty
        case .empty: .notAVideo(hint: "it is a still image")
        case .notAVideo: .truncated
        case .truncated: .noVideoStream
        case .noVideoStream: .noFrames
        case .noFrames: .unsupportedCodec(name: "prores_raw")
        case .unsupportedCodec: .decodingFailed(frame: 17, reason: "invalid data found when processing input")
        case .decodingFailed: .tooShort(available: 20, needed: 32, start: 0, period: 1)
        case .tooShort: .frameOutOfRange(frame: 31, frames: 30)
        case .frameOutOfRange: .tooLarge(what: "frames", limit: 1_000_000)
        case .tooLarge: .tooSmall(width: 1, height: 1)
        case .tooSmall: .malformedArray(reason: "its elements are <c8")
        case .malformedArray: .arrayShape(found: [3, 16, 112, 112], expected: [3, 32, 112, 112])
        case .arrayShape: .invalidSampling(reason: "clip.start, clip.period or the number of frames is too large")
        case .invalidSampling: .unreadable(reason: "input/output error")
        case .unreadable: .dicom(DICOMError(.malformed, "its data set is damaged"))
        case .dicom(let error): after(error).map(VideoError.dicom) ?? .notExplained(reason: "it is a still image")
        case .notExplained: .notShown
        case .notShown: nil
        }
    }

    private static func after(_ error: DICOMError) -> DICOMError? {
        switch error.kind {
        case .malformed: DICOMError(.truncated, "it ends before its data set does")
        case .truncated: DICOMError(.noPixels, "it has no pixel data")
        case .noPixels: DICOMError(.unsupported, "its transfer syntax is not decoded here")
        case .unsupported: DICOMError(.damaged, "frame 0: its data is damaged")
        case .damaged: DICOMError(.tooLarge, "its frames have more pixels than they may have")
        case .tooLarge: DICOMError(.readerEnded, "its data makes a decoder fail")
        case .readerEnded: nil
        }
    }

    private static func after(_ error: ModelError?) -> ModelError? {
        switch error {
        case nil: .invalidManifest(DocumentError(path: "task", reason: "expected classification or regression"))
        case .invalidManifest: .missingParameter("fc.weight")
        case .missingParameter: .unexpectedParameters(["fc2.bias", "fc2.weight"], count: 2)
        case .unexpectedParameters:
            .wrongShape(parameter: "fc.weight", found: [400, 512], expected: [4, 512])
        case .wrongShape: .notFinite(parameter: "layer1.0.conv1.0.0.weight")
        case .notFinite: .unusableInput("a kernel of 7 is larger than its input of 3")
        case .unusableInput: .wrongOutputs(found: 4, named: 3)
        case .wrongOutputs: .notONNX(found: .safetensors)
        case .notONNX: .graph(.noGraph)
        case .graph(let error):
            after(error).map(ModelError.graph) ?? .unknownOutput(index: 7, count: 3)
        case .unknownOutput: .unknownElement(index: [0, 8, 2], shape: [1, 8, 2])
        case .unknownElement: .unknownLabel("6 sides", known: ["3 sides", "4 sides", "5 sides"])
        case .unknownLabel: .unknownLayer("layer5", known: ["blocks.0", "blocks.1", "blocks.2", "blocks.3"])
        case .unknownLayer: .wrongClip(found: [3, 16, 112, 112], expected: [3, 32, 112, 112])
        case .wrongClip: nil
        }
    }

    private static func after(_ error: GraphError) -> GraphError? {
        let node = NodeName(index: 3, operation: "Add", name: "sum")
        return switch error {
        case .noGraph: .malformed(offset: 12, reason: "a field claims 40 bytes, 7 are left")
        case .malformed: .tooMany(what: "nodes", limit: 200_000)
        case .tooMany: .unsupportedOpset(found: 9, known: 11...20)
        case .unsupportedOpset(.some, let known): .unsupportedOpset(found: nil, known: known)
        case .unsupportedOpset: .conflictingOpsets(17, 18)
        case .conflictingOpsets: .badInitializer(name: "w", reason: "its shape has a negative extent")
        case .badInitializer: .externalData(name: "w", reason: "it is in the file w.data beside it")
        case .externalData: .badInput(reason: "there is a second one, mask, beside clip")
        case .badInput: .badOutput(reason: "there is none")
        case .badOutput: .duplicateValue(name: "y", node: node)
        case .duplicateValue: .undefinedValue(name: "z", node: node)
        case .undefinedValue: .cycle(node: node)
        case .cycle: .unsupportedOperators([NodeName(index: 4, operation: "Loop", name: "")])
        case .unsupportedOperators: .badNode(node, reason: "[2] and [3] do not fit")
        case .badNode: .tooLarge(node, shape: [1 << 40], limit: 1 << 30)
        case .tooLarge: nil
        }
    }

    private static func after(_ error: MotionError?) -> MotionError? {
        switch error {
        case nil:
            .unsuitableFrame(estimator: .dis, width: 4, height: 4, requirement: "both sides from 16 pixels")
        case .unsuitableFrame: .framesDiffer(fromWidth: 8, fromHeight: 8, toWidth: 9, toHeight: 8)
        case .framesDiffer:
            .parameterOutOfRange(estimator: .farneback, parameter: "levels", value: 0, range: "from 1")
        case .parameterOutOfRange: .estimationFailed(estimator: .farneback, reason: "out of memory")
        case .estimationFailed: .wrongDirection(.sampling, needed: .forward)
        case .wrongDirection: nil
        }
    }

    private static func after(_ error: CheckpointError?) -> CheckpointError? {
        switch error {
        case nil: .unknownFormat(start: [0x1F, 0x8B])
        case .unknownFormat: .unreadable("input/output error")
        case .unreadable: .tooLarge(bytes: 3_000_000_000, limit: 2_147_483_648)
        case .tooLarge: .malformed(format: .safetensors, place: .file(8), reason: "the header is no JSON")
        case .malformed: .tooManyTensors(limit: 100_000)
        case .tooManyTensors: .unsupportedType(tensor: "fc.weight", type: "F4")
        case .unsupportedType: .badTensor(tensor: "fc.weight", reason: "its bytes end behind the file")
        case .badTensor: .tooManyEntries(limit: 65_536)
        case .tooManyEntries: .badEntry(entry: "archive/data/0", reason: "it is encrypted")
        case .badEntry:
            .forbiddenPickle(
                opcode: "GLOBAL", what: "os.system", place: .entry("archive/data.pkl", 12))
        case .forbiddenPickle: .pickleTooLarge(what: "values on its stack", limit: 100_000, place: .file(4096))
        case .pickleTooLarge: .noStateDictionary(found: "a list")
        case .noStateDictionary: .pickledModule
        case .pickledModule: .torchScript
        case .torchScript: .onnx
        case .onnx: nil
        }
    }

    private static func after(_ error: ShapeError?) -> ShapeError? {
        switch error {
        case nil: .invalidExtents([-1])
        case .invalidExtents: .countMismatch(shape: [2], count: 3)
        case .countMismatch: .incompatible(operation: "add", shapes: [[2], [3]], reason: "they differ")
        case .incompatible: nil
        }
    }
}
