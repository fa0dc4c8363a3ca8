#define _GNU_SOURCE

#include "CIsolation.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define THIS_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

// Every right of the first version of Landlock: what is handled is denied unless a rule allows it.
static int restrict_files(const char *file) {
    const struct landlock_ruleset_attr attributes = {.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1};
    int rules = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
    // A kernel without Landlock, or one that has it switched off.
    if (rules < 0) return errno == ENOSYS || errno == EOPNOTSUPP ? 0 : errno;
    int status = 0;
    int descriptor = open(file, O_PATH | O_CLOEXEC);
    if (descriptor < 0) {
        status = errno;
    } else {
        const struct landlock_path_beneath_attr rule = {
            .allowed_access = LANDLOCK_ACCESS_FS_READ_FILE, .parent_fd = descriptor};
        if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0 ||
            syscall(SYS_landlock_restrict_self, rules, 0) != 0)
            status = errno;
        close(descriptor);
    }
    close(rules);
    return status;
}

#ifdef THIS_ARCHITECTURE

#define DENY(name)                                                \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 1),       \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)

static int restrict_calls(void) {
    struct sock_filter instructions[] = {
        // Numbers mean other calls under another architecture's conventions.
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, THIS_ARCHITECTURE, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
#ifdef __x86_64__
        // The x32 convention marks its numbers with this bit.
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        DENY(fork),
        DENY(vfork),
#endif
        DENY(socket),
        DENY(socketpair),
        DENY(connect),
        DENY(bind),
        DENY(listen),
        DENY(accept),
        DENY(accept4),
        DENY(sendto),
        DENY(sendmsg),
        DENY(sendmmsg),
        DENY(execve),
        DENY(execveat),
        DENY(ptrace),
        DENY(process_vm_readv),
        DENY(process_vm_writev),
        DENY(pidfd_open),
        DENY(pidfd_getfd),
        DENY(kill),
        DENY(tkill),
        DENY(io_uring_setup),
        DENY(bpf),
        DENY(perf_event_open),
        DENY(userfaultfd),
        DENY(keyctl),
        DENY(add_key),
        DENY(request_key),
        DENY(unshare),
        DENY(setns),
        DENY(mount),
        DENY(umount2),
        DENY(chroot),
        DENY(unlinkat),
        DENY(renameat),
        DENY(renameat2),
        DENY(linkat),
        DENY(symlinkat),
        DENY(mkdirat),
        DENY(mknodat),
        DENY(fchmod),
        DENY(fchmodat),
        DENY(fchownat),
        DENY(truncate),
        DENY(ftruncate),
#ifdef __x86_64__
        DENY(unlink),
        DENY(rename),
        DENY(link),
        DENY(symlink),
        DENY(mkdir),
        DENY(rmdir),
        DENY(mknod),
        DENY(creat),
        DENY(chmod),
        DENY(chown),
#endif
        // Threads stay, processes go: the flags of clone3 lie in memory that a filter does not see, and who misses it uses clone.
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clone3, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clone, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof instructions / sizeof *instructions, instructions};
    // For all threads, should there be others already. The filters of service managers stop seccomp(2) and let prctl(2) through, which is for this thread.
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0) return 0;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 ? 0 : errno;
}

#else

static int restrict_calls(void) { return 0; }

#endif

int cis_confine(const char *file) {
    // Without it, only a process with rights may confine itself.
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
    if (file != NULL) {
        int status = restrict_files(file);
        if (status != 0) return status;
    }
    return restrict_calls();
}
