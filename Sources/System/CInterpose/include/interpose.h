// The seam below Swift: the libc and libdispatch calls through which unmodified code reads time and chance, or
// leaves its thread. Outside a simulation each one is the real call; inside one, it answers from the simulation.
#ifndef BACKLOT_INTERPOSE_H
#define BACKLOT_INTERPOSE_H

#include <stddef.h>
#include <stdint.h>

/// What a thread that simulates shows to the interposed calls. One per simulation, owned by its Swift object.
typedef struct backlot_world {
    /// Virtual nanoseconds since the simulation began.
    int64_t now;
    /// Nanoseconds since the Unix epoch at virtual time 0: what CLOCK_REALTIME starts from.
    int64_t epoch;
    /// The Swift simulation, handed back to the callbacks.
    void *simulation;
    /// Fills `buffer` with seeded bytes.
    void (*fill)(void *simulation, void *buffer, size_t count);
    /// Lets `nanoseconds` of virtual time pass in place (sleep, usleep and their kin).
    void (*pass)(void *simulation, int64_t nanoseconds);
    /// Ends the simulation because `call` cannot be simulated. Never returns.
    void (*leak)(void *simulation, const char *call, void *caller);
} backlot_world;

/// Puts the calling thread into `world`, or takes it out with NULL.
void backlot_enter(backlot_world *world);
/// The world of the calling thread.
extern _Thread_local backlot_world *backlot_here __attribute__((tls_model("initial-exec")));
/// The world of the calling thread, or NULL. Inline, because every clock read and every job asks.
static inline backlot_world *backlot_current(void) { return backlot_here; }
/// The monotonic clock of a simulation at virtual time 0, in nanoseconds: a boot 1,000 s before, so that deadlines may
/// be computed backwards without underflow.
static inline int64_t backlot_monotonic_origin(void) { return INT64_C(1000000000000); }
/// Has the processor fetch what stands at an address, which is about to be used.
static inline void backlot_prefetch(const void *address) {
    __builtin_prefetch(address);
    __builtin_prefetch((const char *)address + 64);
}
/// Real monotonic nanoseconds, also inside a simulation (for watchdogs and benchmarks).
int64_t backlot_real_nanoseconds(void);
/// Starts a detached thread, also where the interposed pthread_create would refuse. Returns 0 or an errno.
int backlot_thread(size_t stack_bytes, void *(*body)(void *), void *argument);
/// Parks the calling thread for good: what is on its stack can neither go on nor be unwound.
_Noreturn void backlot_park(void);
/// The name of the function that holds `address`, or NULL where the binary does not say.
const char *backlot_symbol(const void *address);

/// Runs a job of the default executor on this thread.
void backlot_job_run(void *job);
/// Runs a job of the main actor on this thread.
void backlot_job_run_main(void *job);
/// The id of a job's task, or of the job itself where it has no task.
uint64_t backlot_job_id(void *job);
/// The task that runs on this thread now, or NULL.
void *backlot_current_task(void);
/// Whether a job is a task (and not, say, an actor that is to be drained).
int backlot_job_is_task(void *job);
/// Whether a task is a structured child, which its parent owns and cancels.
int backlot_task_is_child(void *task);
/// Whether a task lives in its parent's memory, so that no reference to it outlives the parent.
int backlot_task_is_async_let(void *task);
/// Cancels a task.
void backlot_task_cancel(void *task);
/// Retains, releases and counts the references of a task.
void backlot_task_retain(void *task);
void backlot_task_release(void *task);
size_t backlot_task_references(void *task);

/// Whether this process iterates Set and Dictionary in a fixed order.
int backlot_hashing_is_fixed(void);

#endif
