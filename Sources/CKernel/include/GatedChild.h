// A child process that waits at a gate before it becomes a program, so that tracing can be set
// for its pid before its first instruction.
#ifndef GATED_CHILD_H
#define GATED_CHILD_H

#include <sys/types.h>

struct gated_child {
  pid_t pid;
  int gate;   // closing it without a byte written ends the child quietly
  int result; // the child writes errno here when execvp fails; end of file means it runs
};

// Forks. The child keeps the caller's signal mask and handling and waits at the gate.
// Returns 0, or -1 with errno.
int gated_child_start(struct gated_child *child, char *const arguments[]);

// Opens the gate. Returns 0 when the program runs, else the errno of execvp; the child is then
// already reaped.
int gated_child_release(struct gated_child *child);

// Ends a child that was never released and reaps it.
void gated_child_abandon(struct gated_child *child);

#endif
