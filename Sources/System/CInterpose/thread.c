// Which thread simulates, and the real calls behind the interposed ones.
#define _GNU_SOURCE
#include "real.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

_Thread_local backlot_world *backlot_here = NULL;

void backlot_enter(backlot_world *world) { backlot_here = world; }

void *backlot_real(const char *name) { return dlsym(RTLD_NEXT, name); }

int64_t backlot_real_nanoseconds(void) {
    struct timespec now;
    REAL(int, clock_gettime, clockid_t, struct timespec *)(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int backlot_thread(size_t stack_bytes, void *(*body)(void *), void *argument) {
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, stack_bytes);
    int failure = REAL(int, pthread_create, pthread_t *, const pthread_attr_t *, void *(*)(void *), void *)(
        &thread, &attributes, body, argument);
    pthread_attr_destroy(&attributes);
    return failure;
}

_Noreturn void backlot_park(void) {
    backlot_here = NULL;
    for (;;) { pause(); }
}

int backlot_is_in_library(const void *address, const char *name) {
    Dl_info info;
    return dladdr(address, &info) && info.dli_fname && strstr(info.dli_fname, name);
}

int backlot_is_crash_report(const void *caller) { return backlot_is_in_library(caller, "libswiftCore"); }

const char *backlot_symbol(const void *address) {
    Dl_info info;
    return dladdr(address, &info) && info.dli_sname ? info.dli_sname : NULL;
}
