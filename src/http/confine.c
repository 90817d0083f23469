/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "http/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pwd.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define OPEN_FILES 16384
/* Of what is in memory, which answers are handed over in; files on a disk are not opened for writing at all.
 */
#define FILE_SIZE_MAX ((rlim_t) 32 * 1024 * 1024)

static int change_user(void) {
        const struct passwd *user;

        if (geteuid() != 0)
                return 0;
        errno = 0;
        user = getpwnam("jobsched-http") ?: getpwnam("nobody");
        if (!user)
                return errno > 0 ? -errno : -ESRCH;
        if (user->pw_uid == 0 || user->pw_gid == 0)
                return -EPERM;
        if (setgroups(0, NULL) < 0 || setresgid(user->pw_gid, user->pw_gid, user->pw_gid) < 0 ||
            setresuid(user->pw_uid, user->pw_uid, user->pw_uid) < 0)
                return -errno;
        return 0;
}

static int set_limit(int resource, rlim_t value) {
        struct rlimit limit;

        if (getrlimit((__rlimit_resource_t) resource, &limit) < 0)
                return -errno;
        limit.rlim_cur = limit.rlim_max = MIN(value, limit.rlim_max);
        return setrlimit((__rlimit_resource_t) resource, &limit) < 0 ? -errno : 0;
}

#if defined(__x86_64__)
#        define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#        define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#ifdef ARCHITECTURE
#        define REFUSE(call)                                       \
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1), \
                                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)

/* A call whose argument has one of these bits; the accumulator holds the number of the call again then. */
#        define REFUSE_BITS(call, argument, bits)                                        \
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 4),                       \
                                BPF_STMT(BPF_LD | BPF_W | BPF_ABS,                       \
                                         offsetof(struct seccomp_data, args[argument])), \
                                BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), 0, 1),      \
                                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),    \
                                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))
#        define WRITE_BITS (O_WRONLY | O_RDWR | O_CREAT)

/* What is refused fails with EPERM. Threads are allowed: libcurl resolves names in one. */
static int refuse_calls(void) {
        static struct sock_filter filter[] = {
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                REFUSE(SYS_execve),
                REFUSE(SYS_execveat),
                REFUSE(SYS_ptrace),
                REFUSE(SYS_process_vm_readv),
                REFUSE(SYS_process_vm_writev),
                REFUSE(SYS_mount),
                REFUSE(SYS_umount2),
                REFUSE(SYS_pivot_root),
                REFUSE(SYS_chroot),
                REFUSE(SYS_unshare),
                REFUSE(SYS_setns),
                REFUSE(SYS_bpf),
                REFUSE(SYS_perf_event_open),
                REFUSE(SYS_init_module),
                REFUSE(SYS_finit_module),
                REFUSE(SYS_delete_module),
                REFUSE(SYS_kexec_load),
                REFUSE_BITS(SYS_openat, 2, WRITE_BITS),
#        ifdef SYS_open
                REFUSE_BITS(SYS_open, 1, WRITE_BITS),
                REFUSE(SYS_creat),
#        endif
                REFUSE(SYS_openat2),
                REFUSE(SYS_keyctl),
                REFUSE(SYS_add_key),
                REFUSE(SYS_request_key),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        const struct sock_fprog program = { .len = ARRAY_SIZE(filter), .filter = filter };

        /* A kernel without it (or a container that forbids it) still has the rest. */
        if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0 && errno != EINVAL && errno != EACCES)
                return -errno;
        return 0;
}
#else
static int refuse_calls(void) {
        return 0;
}
#endif

int confine(void) {
        int r;

        r = change_user();
        if (r < 0)
                return r;
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
                return -errno;
        r = set_limit(RLIMIT_CORE, 0);
        if (r >= 0)
                r = set_limit(RLIMIT_FSIZE, FILE_SIZE_MAX);
        if (r >= 0)
                r = set_limit(RLIMIT_NOFILE, OPEN_FILES);
        return r < 0 ? r : refuse_calls();
}
