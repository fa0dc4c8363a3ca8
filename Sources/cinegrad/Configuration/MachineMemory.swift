import Foundation

/// How much memory this process may have.
enum MachineMemory {
    /// The machine's, or less where a control group (cgroups v2, `memory.max`) allows less, as in a container.
    static var bytes: Int {
        let machine = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        guard let text = try? String(contentsOfFile: "/sys/fs/cgroup/memory.max", encoding: .utf8),
            let limit = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)), limit > 0
        else { return machine }
        return min(machine, limit)
    }
}
