import Checkpoints
import Foundation
import TestSupport
import Testing

/// Small pickles that ask for much time or memory. That these tests end at all is what they show; each would take hours or all memory where
/// the reader followed.
@Suite struct PickleBombTests {
    private static let file = TorchFile([.init("a", [4], [1, 2, 3, 4])])

    private func error(_ write: (inout PickleWriter) -> Void) throws -> CheckpointError {
        var pickle = PickleWriter()
        write(&pickle)
        let archive = Self.file.archive(pickle: pickle.bytes).data
        let error = #expect(throws: CheckpointError.self) {
            try Checkpoint.read(archive, limits: CheckpointLimits())
        }
        return try #require(error)
    }

    private func isInstructions(_ error: CheckpointError) -> Bool {
        if case .pickleTooLarge("instructions", _, _) = error { true } else { false }
    }

    @Test("A billion laughs: lists of the same list, again and again")
    func laughs() throws {
        let error = try error {
            $0.codes("]")
            $0.put(0)
            for level in 0..<90 {
                $0.codes("](")
                for _ in 0..<100 { $0.get(level) }
                $0.codes("e")
                $0.put(level + 1)
            }
            $0.codes(".")
        }
        // Shared, not copied; only that there is more than one value on the stack is wrong with it.
        guard case .malformed = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test("Containers and marks within each other")
    func depth() throws {
        for (open, close) in [("]", "a"), ("(", ""), ("}N", "s")] {
            guard
                case .pickleTooLarge("nested containers", 100, _) = try error({
                    $0.codes(String(repeating: open, count: 200_000) + "N")
                    $0.codes(String(repeating: close, count: 200_000) + ".")
                })
            else {
                Issue.record("\(open)")
                continue
            }
        }
    }

    @Test("A list of pairs that is made a dictionary many times over")
    func repeatedPairs() throws {
        let error = try error {
            $0.global("collections", "OrderedDict")
            $0.put(0)
            $0.codes("](")
            for index in 0..<20_000 {
                $0.number(index)
                $0.codes("N")
                $0.append([0x86])
            }
            $0.codes("e")
            $0.append([0x85])
            $0.put(1)
            for _ in 0..<100_000 {
                $0.get(0)
                $0.get(1)
                $0.codes("R0")
            }
            $0.codes(".")
        }
        #expect(isInstructions(error))
    }

    @Test("A long shape that is used many times over")
    func repeatedShape() throws {
        guard
            case .malformed = try error({
                $0.numbers([Int](repeating: 0, count: 100_000))
                $0.put(0)
                $0.codes("0")
                for _ in 0..<100_000 {
                    $0.global("torch._utils", "_rebuild_tensor_v2")
                    $0.codes("(")
                    $0.storage(key: "0", type: "FloatStorage", count: 4)
                    $0.number(0)
                    $0.get(0)
                    $0.get(0)
                    $0.codes("tR0")
                }
                $0.codes(".")
            })
        else {
            Issue.record("a tensor of 100,000 axes")
            return
        }
    }

    @Test("A text of megabytes as the key of many dictionaries and storages")
    func longKeys() throws {
        let text = String(repeating: "x", count: 4 << 20)
        guard
            case .malformed = try error({
                $0.text(text)
                $0.put(0)
                $0.codes("0")
                for _ in 0..<200_000 {
                    $0.codes("}")
                    $0.get(0)
                    $0.codes("Ns0")
                }
                $0.codes(".")
            })
        else {
            Issue.record("a key of 4 MiB")
            return
        }
    }

    @Test("Instructions without end")
    func instructions() throws {
        for codes in ["N0", "N", "]", "}", "N2"] {
            let error = try error { $0.codes(String(repeating: codes, count: 2_100_000 / codes.count + 1)) }
            #expect(isInstructions(error), "\(codes)")
        }
        let puts = try error {
            $0.codes("N")
            for index in 0..<2_100_000 { $0.append([UInt8(ascii: "q"), UInt8(truncatingIfNeeded: index)]) }
        }
        #expect(isInstructions(puts))
    }

    @Test("Texts and numbers that are said to be longer than the file")
    func lyingLengths() throws {
        for bytes in [
            [UInt8(ascii: "X"), 0xFF, 0xFF, 0xFF, 0xFF], [0x8D, 0, 0, 0, 0, 0, 0, 0, 0x80],
            [0x8D, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [0x8B, 0xFF, 0xFF, 0xFF, 0x7F],
            [0x8B, 0xFF, 0xFF, 0xFF, 0xFF], [0x95, 0, 0, 0, 0, 0, 0, 0, 0xFF], [UInt8(ascii: "B"), 0, 0, 0, 0x80],
        ] as [[UInt8]] {
            guard case .malformed(_, .entry("archive/data.pkl", 3), _) = try error({ $0.append(bytes) }) else {
                Issue.record("\(bytes)")
                continue
            }
        }
    }

    @Test("A pickle over the limit is not unpacked")
    func size() throws {
        let error = try error { $0.append([UInt8](repeating: 0, count: 16 << 20)) }
        #expect(
            error
                == .badEntry(
                    entry: "archive/data.pkl", reason: "it has 16777218 bytes, 16777216 are allowed"))
    }
}
