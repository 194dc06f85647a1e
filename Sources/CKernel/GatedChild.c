#define _GNU_SOURCE
#include "GatedChild.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void wait_and_exec(int gate, int result, char *const arguments[]) {
  char go;
  ssize_t count;
  do count = read(gate, &go, 1);
  while (count < 0 && errno == EINTR);
  if (count != 1) _exit(0);
  execvp(arguments[0], arguments);
  int error = errno;
  if (write(result, &error, sizeof error) != (ssize_t)sizeof error) _exit(126);
  _exit(127);
}

int gated_child_start(struct gated_child *child, char *const arguments[]) {
  int gate[2], result[2];
  // A socket, because writing to a pipe whose reader was killed would raise SIGPIPE.
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, gate) < 0) return -1;
  if (pipe2(result, O_CLOEXEC) < 0) {
    int error = errno;
    close(gate[0]), close(gate[1]);
    errno = error;
    return -1;
  }
  pid_t pid = fork();
  if (pid < 0) {
    int error = errno;
    close(gate[0]), close(gate[1]), close(result[0]), close(result[1]);
    errno = error;
    return -1;
  }
  if (pid == 0) {
    close(gate[1]);
    close(result[0]);
    wait_and_exec(gate[0], result[1], arguments);
  }
  close(gate[0]);
  close(result[1]);
  child->pid = pid;
  child->gate = gate[1];
  child->result = result[0];
  return 0;
}

static void reap(pid_t pid) {
  while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
  }
}

int gated_child_release(struct gated_child *child) {
  char go = 1;
  int error = 0;
  ssize_t count;
  do count = send(child->gate, &go, 1, MSG_NOSIGNAL);
  while (count < 0 && errno == EINTR);
  close(child->gate);
  child->gate = -1;
  do count = read(child->result, &error, sizeof error);
  while (count < 0 && errno == EINTR);
  close(child->result);
  child->result = -1;
  if (count != (ssize_t)sizeof error) return 0;
  reap(child->pid);
  return error;
}

void gated_child_abandon(struct gated_child *child) {
  if (child->gate >= 0) close(child->gate);
  if (child->result >= 0) close(child->result);
  child->gate = child->result = -1;
  reap(child->pid);
}
