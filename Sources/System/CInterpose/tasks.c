// The parts of the Swift concurrency runtime that have no Swift name. Layout and symbols are those of Swift 6.3.
#include "real.h"

#include <stdbool.h>

typedef struct { void *identity; void *implementation; } executor_reference;

extern __attribute__((swiftcall)) void swift_job_run(void *job, executor_reference executor);
extern __attribute__((swiftcall)) executor_reference swift_task_getMainExecutor(void);
extern __attribute__((swiftcall)) uint64_t swift_task_getJobTaskId(void *job);
extern __attribute__((swiftcall)) void *swift_task_getCurrent(void);
extern __attribute__((swiftcall)) void swift_task_cancel(void *task);
extern void *swift_retain(void *object);
extern void swift_release(void *object);
extern size_t swift_retainCount(void *object);

void backlot_job_run(void *job) { swift_job_run(job, (executor_reference){0, 0}); }
void backlot_job_run_main(void *job) { swift_job_run(job, swift_task_getMainExecutor()); }
uint64_t backlot_job_id(void *job) { return swift_task_getJobTaskId(job); }
void *backlot_current_task(void) { return swift_task_getCurrent(); }
void backlot_task_cancel(void *task) { swift_task_cancel(task); }
void backlot_task_retain(void *task) { swift_retain(task); }
void backlot_task_release(void *task) { swift_release(task); }
size_t backlot_task_references(void *task) { return swift_retainCount(task); }

// Job: object header (2 words), the scheduler's private words (2), then the flags (JobFlags in Swift's MetadataValues.h):
// the kind in bits 0-7 (0 is a task), "is a child task" in bit 24, "is an async let" in bit 28.
static uint32_t flags(void *job) { return *(uint32_t *)((uint8_t *)job + 4 * sizeof(void *)); }
int backlot_job_is_task(void *job) { return (flags(job) & 0xff) == 0; }
int backlot_task_is_child(void *task) { return (flags(task) >> 24) & 1; }
int backlot_task_is_async_let(void *task) { return (flags(task) >> 28) & 1; }

// Fixed order of Set and Dictionary: the standard library reads these once, at its first hash.
struct hashing_parameters { uint64_t seed0, seed1; bool deterministic; };
extern struct hashing_parameters _swift_stdlib_Hashing_parameters;

__attribute__((constructor)) static void fix_hashing(void) {
    _swift_stdlib_Hashing_parameters = (struct hashing_parameters){0, 0, true};
}

int backlot_hashing_is_fixed(void) { return _swift_stdlib_Hashing_parameters.deterministic; }
