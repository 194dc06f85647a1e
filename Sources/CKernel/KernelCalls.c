#define _GNU_SOURCE
#include "KernelCalls.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

ssize_t kernel_splice(int from, int64_t *from_offset, int to, int64_t *to_offset, size_t length,
                      int nonblocking) {
  unsigned flags = SPLICE_F_MOVE | (nonblocking ? SPLICE_F_NONBLOCK : 0);
  loff_t in = from_offset ? *from_offset : 0;
  loff_t out = to_offset ? *to_offset : 0;
  ssize_t moved = splice(from, from_offset ? &in : NULL, to, to_offset ? &out : NULL, length, flags);
  if (from_offset) *from_offset = in;
  if (to_offset) *to_offset = out;
  return moved;
}

ssize_t kernel_make_pipe(int descriptors[2], size_t wanted) {
  if (pipe2(descriptors, O_CLOEXEC | O_NONBLOCK) < 0) return -1;
  // An unprivileged limit or a small pipe-max-size is no reason to fail: take what is given.
  for (size_t size = wanted; size > 65536; size /= 2)
    if (fcntl(descriptors[1], F_SETPIPE_SZ, (int)size) >= 0) break;
  int size = fcntl(descriptors[1], F_GETPIPE_SZ);
  return size > 0 ? size : 65536;
}

int kernel_make_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

static sigset_t mask_before;

int kernel_make_signalfd(const int *signals, size_t count) {
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < count; i++) {
    struct sigaction action;
    // Under nohup a hang-up shall stay ignored.
    if (signals[i] == SIGHUP && sigaction(SIGHUP, NULL, &action) == 0 &&
        action.sa_handler == SIG_IGN)
      continue;
    sigaddset(&set, signals[i]);
  }
  int error = pthread_sigmask(SIG_BLOCK, &set, &mask_before);
  if (error) {
    errno = error;
    return -1;
  }
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int kernel_read_signalfd(int descriptor) {
  struct signalfd_siginfo info;
  ssize_t count = read(descriptor, &info, sizeof info);
  if (count == (ssize_t)sizeof info) return (int)info.ssi_signo;
  if (count < 0 && errno != EAGAIN && errno != EINTR) return -1;
  return 0;
}

void kernel_restore_signals(void) { pthread_sigmask(SIG_SETMASK, &mask_before, NULL); }

pid_t kernel_thread_id(void) { return gettid(); }

int kernel_set_fifo_priority(int priority) {
  struct sched_param parameters = {.sched_priority = priority};
  return sched_setscheduler(0, SCHED_FIFO, &parameters);
}

void kernel_name_thread(const char *name) {
  char shortened[16];
  size_t i = 0;
  for (; i < sizeof shortened - 1 && name[i]; i++) shortened[i] = name[i];
  shortened[i] = 0;
  pthread_setname_np(pthread_self(), shortened);
}

int kernel_open_pidfd(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

void kernel_raise_file_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int kernel_wait_nonblocking(pid_t pid, int *status) {
  pid_t ended;
  do ended = waitpid(pid, status, WNOHANG);
  while (ended < 0 && errno == EINTR);
  return ended == pid ? 1 : (int)ended;
}
