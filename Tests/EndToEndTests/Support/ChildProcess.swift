import Foundation
import Glibc
import Synchronization

/// A program that runs beside the tests. It is killed, by its process id, when the last reference to it goes.
final class ChildProcess: Sendable {
    /// How a program ended.
    enum Ending: Hashable, Sendable {
        case exit(Int32)
        case signal(Int32)
    }

    /// Where its standard output goes.
    enum Destination: Hashable, Sendable {
        /// To ``output``.
        case pipe
        case file(URL)
    }

    let output: ChildOutput
    private let life: Life

    /// Of the process; another may have it once this one has ended.
    var id: pid_t { life.identifier }

    /// - Parameters:
    ///   - program: an absolute path, or a name that is looked up in `PATH`.
    ///   - environment: added to this process's own.
    ///   - errors: the file that standard error is appended to.
    init(
        _ program: String, _ arguments: [String], environment: [String: String], output destination: Destination,
        errors: URL
    ) throws {
        let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }.map { "\($0)=\($1)" }
        // One at a time: no other child may inherit an end of this one's pipe, or its reader would wait for the end in vain.
        (output, life) = try Self.starting.withLock { _ in
            try Self.start(program, arguments, variables: variables, output: destination, errors: errors)
        }
        life.watch()
    }

    deinit { life.send(SIGKILL) }

    private static let starting = Mutex(())

    private static func start(
        _ program: String, _ arguments: [String], variables: [String], output destination: Destination, errors: URL
    ) throws -> (ChildOutput, Life) {
        var pipe: [Int32] = [-1, -1]
        guard Glibc.pipe(&pipe) == 0 else { throw ChildProcessError.system(call: "pipe", code: errno) }
        defer { close(pipe[1]) }
        for end in pipe { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let output = ChildOutput(pipe[0])

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        switch destination {
        case .pipe: posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO)
        case .file(let url):
            posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, url.path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        }
        posix_spawn_file_actions_addopen(
            &actions, STDERR_FILENO, errors.path, O_WRONLY | O_CREAT | O_APPEND, 0o600)

        // Threads of a pool block signals; a program that one of them starts would never hear that it is to end, nor would what it starts.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var nothing = sigset_t()
        sigemptyset(&nothing)
        posix_spawnattr_setsigmask(&attributes, &nothing)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        var identifier: pid_t = 0
        let code = Self.withCStrings([program] + arguments) { arguments in
            Self.withCStrings(variables) { posix_spawnp(&identifier, program, &actions, &attributes, arguments, $0) }
        }
        guard code == 0 else { throw ChildProcessError.system(call: program, code: code) }
        return (output, Life(identifier))
    }

    /// Of the process, while it runs.
    var identifier: pid_t { life.identifier }

    /// Sends a signal; does nothing when the program has ended.
    func send(_ signal: Int32) { life.send(signal) }

    /// Waits for the program to end.
    func ending() async -> Ending { await life.ending() }

    /// Calls `body` when the program has ended, without keeping it alive until then.
    func afterEnd(_ body: @escaping @Sendable () -> Void) {
        Task { [life] in
            _ = await life.ending()
            body()
        }
    }

    private static func withCStrings<Value>(
        _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Value
    ) -> Value {
        var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        return pointers.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("the array has an element") }
            return body(base)
        }
    }
}

enum ChildProcessError: Error, Hashable, Sendable {
    case system(call: String, code: Int32)
}

/// From the start of a process until it is reaped.
private final class Life: Sendable {
    private struct State {
        var ending: ChildProcess.Ending?
        var waiting: [CheckedContinuation<ChildProcess.Ending, Never>] = []
    }

    let identifier: pid_t
    private let state = Mutex(State())

    init(_ identifier: pid_t) { self.identifier = identifier }

    func send(_ signal: Int32) {
        // Under the lock, so that the id has not been reaped and given to another process.
        state.withLock { if $0.ending == nil { kill(identifier, signal) } }
    }

    func ending() async -> ChildProcess.Ending {
        await withCheckedContinuation { continuation in
            let ending = state.withLock { state in
                if state.ending == nil { state.waiting.append(continuation) }
                return state.ending
            }
            if let ending { continuation.resume(returning: ending) }
        }
    }

    func watch() {
        Thread.detachNewThread { [self] in
            var information = siginfo_t()
            // Leaves the process to be reaped under the lock.
            while waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
            let (ending, waiting) = state.withLock { state in
                var status: Int32 = 0
                waitpid(identifier, &status, 0)
                let signal = status & 0x7F
                let ending: ChildProcess.Ending = signal == 0 ? .exit((status >> 8) & 0xFF) : .signal(signal)
                state.ending = ending
                defer { state.waiting = [] }
                return (ending, state.waiting)
            }
            for continuation in waiting { continuation.resume(returning: ending) }
        }
    }
}
