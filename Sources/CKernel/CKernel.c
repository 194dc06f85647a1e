#define _GNU_SOURCE
#include "CKernel.h"
