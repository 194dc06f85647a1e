/*
 * Loads a recording as KernelShark does before it draws: kshark_load FILE
 *
 * Prints a line a measure, its fields apart by tabs. Seconds are those on the wall; memory is in kB,
 * as /proc/self/status has it. Built by Benchmarks/timeline, with Debian's libkshark-dev.
 */

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <kernelshark/libkshark.h>

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static void print_memory(void)
{
	static const char *const wanted[] = { "VmHWM:", "RssAnon:" };
	FILE *status = fopen("/proc/self/status", "r");
	char line[256];

	while (status && fgets(line, sizeof(line), status))
		for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
			if (!strncmp(line, wanted[i], strlen(wanted[i]))) {
				long kilobytes = 0;

				sscanf(line + strlen(wanted[i]), "%ld", &kilobytes);
				printf("%s\t%ld\n", i ? "anonymous" : "peak", kilobytes);
			}
	if (status)
		fclose(status);
}

int main(int count, char **arguments)
{
	struct kshark_context *context = NULL;
	struct kshark_entry **entries = NULL;
	double start = now();
	ssize_t loaded;
	int stream;

	if (count != 2 || !kshark_instance(&context))
		return 2;
	stream = kshark_open(context, arguments[1]);
	if (stream < 0)
		return 1;
	printf("open\t%f\n", now() - start);
	loaded = kshark_load_entries(context, stream, &entries);
	if (loaded < 0)
		return 1;
	printf("load\t%f\n", now() - start);
	printf("events\t%zd\n", loaded);
	print_memory();
	return 0;
}
