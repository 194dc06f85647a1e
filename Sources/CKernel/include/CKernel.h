// System calls and constants that Swift's Glibc module hides.
//
// The bodies are in CKernel.c, which alone defines _GNU_SOURCE: defined in a header it would change
// the types that Glibc's own module has already seen.
#ifndef CKERNEL_H
#define CKERNEL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "FileRanges.h"
#include "GatedChild.h"
#include "KernelCalls.h"
#include "MappingGuard.h"

#endif
