// Time: every clock that Swift, Foundation, Dispatch and NIO read, and every sleep that would block the thread.
#define _GNU_SOURCE
#include "real.h"

#include <errno.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static int64_t realtime(void) { return backlot_here->epoch + backlot_here->now; }
static int64_t monotonic(void) { return backlot_monotonic_origin() + backlot_here->now; }

static int is_realtime(clockid_t clock) {
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
}

int clock_gettime(clockid_t clock, struct timespec *out) {
    if (!backlot_here) { return REAL(int, clock_gettime, clockid_t, struct timespec *)(clock, out); }
    int64_t now = is_realtime(clock) ? realtime() : monotonic();
    out->tv_sec = now / 1000000000;
    out->tv_nsec = now % 1000000000;
    return 0;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone) {
    if (!backlot_here) { return REAL(int, gettimeofday, struct timeval *, void *)(out, zone); }
    out->tv_sec = realtime() / 1000000000;
    out->tv_usec = realtime() % 1000000000 / 1000;
    return 0;
}

time_t time(time_t *out) {
    if (!backlot_here) { return REAL(time_t, time, time_t *)(out); }
    time_t now = realtime() / 1000000000;
    if (out) { *out = now; }
    return now;
}

static void pass(int64_t nanoseconds) {
    if (nanoseconds > 0) { backlot_here->pass(backlot_here->simulation, nanoseconds); }
}

int nanosleep(const struct timespec *wanted, struct timespec *left) {
    if (!backlot_here) { return REAL(int, nanosleep, const struct timespec *, struct timespec *)(wanted, left); }
    pass((int64_t)wanted->tv_sec * 1000000000 + wanted->tv_nsec);
    return 0;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *wanted, struct timespec *left) {
    if (!backlot_here) {
        return REAL(int, clock_nanosleep, clockid_t, int, const struct timespec *, struct timespec *)(
            clock, flags, wanted, left);
    }
    int64_t length = (int64_t)wanted->tv_sec * 1000000000 + wanted->tv_nsec;
    if (flags & TIMER_ABSTIME) { length -= is_realtime(clock) ? realtime() : monotonic(); }
    pass(length);
    return 0;
}

int usleep(useconds_t microseconds) {
    if (!backlot_here) { return REAL(int, usleep, useconds_t)(microseconds); }
    pass((int64_t)microseconds * 1000);
    return 0;
}

unsigned int sleep(unsigned int seconds) {
    if (!backlot_here) { return REAL(unsigned int, sleep, unsigned int)(seconds); }
    pass((int64_t)seconds * 1000000000);
    return 0;
}
