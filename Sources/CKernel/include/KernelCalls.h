// Calls for moving bytes and waiting, with the constants that Swift cannot see.
#ifndef KERNEL_CALLS_H
#define KERNEL_CALLS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// splice(2) with SPLICE_F_MOVE and, where asked, SPLICE_F_NONBLOCK. A null offset means the file's
// own position. Returns bytes moved, or -1 with errno.
ssize_t kernel_splice(int from, int64_t *from_offset, int to, int64_t *to_offset, size_t length,
                      int nonblocking);

// pipe2(2) with O_CLOEXEC and O_NONBLOCK, grown towards `wanted` bytes by F_SETPIPE_SZ.
// Returns the size it got, or -1 with errno.
ssize_t kernel_make_pipe(int descriptors[2], size_t wanted);

// eventfd(2), close-on-exec, non-blocking.
int kernel_make_eventfd(void);

// signalfd(2), close-on-exec, non-blocking, for the given signals, which it also blocks in the
// calling thread; the mask from before is kept for kernel_restore_signals. A SIGHUP that is ignored
// stays ignored.
int kernel_make_signalfd(const int *signals, size_t count);

// The number of the next signal that came, 0 when there is none, -1 with errno.
int kernel_read_signalfd(int descriptor);

// Puts the calling thread's signal mask back as it was before kernel_make_signalfd.
void kernel_restore_signals(void);

// gettid(2) by another name: Swift's Glibc does not show it.
pid_t kernel_thread_id(void);

// Gives the calling thread the SCHED_FIFO priority. Returns 0, or -1 with errno.
int kernel_set_fifo_priority(int priority);

// Names the calling thread (at most 15 bytes are kept).
void kernel_name_thread(const char *name);

// pidfd_open(2): becomes readable when the process ends. -1 with errno.
int kernel_open_pidfd(pid_t pid);

// Raises the soft limit of open files to the hard one.
void kernel_raise_file_limit(void);

// waitpid(2) with WNOHANG: 1 when the child ended, 0 when it runs, -1 with errno.
int kernel_wait_nonblocking(pid_t pid, int *status);

#endif
