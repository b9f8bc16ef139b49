// Shared by the interposed calls: the thread's world, and the way to the real function.
#ifndef BACKLOT_REAL_H
#define BACKLOT_REAL_H

#include "include/interpose.h"

/// The next definition of a symbol after ours.
void *backlot_real(const char *name);

/// The real function `name`, looked up once: REAL(int, usleep, useconds_t)(5).
#define REAL(result, name, ...)                                                                                        \
    ({                                                                                                                 \
        static result (*real_##name)(__VA_ARGS__);                                                                     \
        result (*found_##name)(__VA_ARGS__) = __atomic_load_n(&real_##name, __ATOMIC_RELAXED);                         \
        if (!found_##name) {                                                                                           \
            found_##name = (result(*)(__VA_ARGS__))backlot_real(#name);                                                \
            __atomic_store_n(&real_##name, found_##name, __ATOMIC_RELAXED);                                            \
        }                                                                                                              \
        found_##name;                                                                                                  \
    })

/// Whether an address lies in a library with `name` in its path.
int backlot_is_in_library(const void *address, const char *name);

/// Whether a call comes from the standard library's signal handler, which reports a crash: it starts a process, waits
/// for the other threads, and is no leak.
int backlot_is_crash_report(const void *caller);

/// Ends the simulation of this thread, naming the function it is used in; returns only for a crash report.
#define LEAK()                                                                                                         \
    do {                                                                                                               \
        if (!backlot_is_crash_report(__builtin_return_address(0))) {                                                   \
            backlot_here->leak(backlot_here->simulation, __func__, __builtin_return_address(0));                       \
        }                                                                                                              \
    } while (0)

#endif
