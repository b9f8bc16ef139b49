// Chance: every source of random bytes that Swift, Foundation and BoringSSL draw from.
#define _GNU_SOURCE
#include "real.h"

#include <errno.h>
#include <stdarg.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/types.h>
#include <unistd.h>
#include <linux/futex.h>

static void fill(void *buffer, size_t count) { backlot_here->fill(backlot_here->simulation, buffer, count); }

ssize_t getrandom(void *buffer, size_t count, unsigned int flags) {
    if (!backlot_here) { return REAL(ssize_t, getrandom, void *, size_t, unsigned int)(buffer, count, flags); }
    fill(buffer, count);
    return (ssize_t)count;
}

int getentropy(void *buffer, size_t count) {
    if (!backlot_here) { return REAL(int, getentropy, void *, size_t)(buffer, count); }
    if (count > 256) { errno = EIO; return -1; }
    fill(buffer, count);
    return 0;
}

void arc4random_buf(void *buffer, size_t count) {
    if (backlot_here) { fill(buffer, count); return; }
    uint8_t *next = buffer;
    while (count > 0) {
        ssize_t got = getrandom(next, count, 0);
        if (got > 0) { next += got; count -= (size_t)got; }
    }
}

uint32_t arc4random(void) {
    uint32_t drawn;
    arc4random_buf(&drawn, sizeof drawn);
    return drawn;
}

uint32_t arc4random_uniform(uint32_t bound) {
    if (bound < 2) { return 0; }
    uint32_t least = -bound % bound;
    for (;;) {
        uint32_t drawn = arc4random();
        if (drawn >= least) { return drawn % bound; }
    }
}

// Foundation's UUID() reads /dev/urandom; 1:8 and 1:9 are the kernel's random devices.
static int is_random_device(int file) {
    struct stat about;
    return fstat(file, &about) == 0 && S_ISCHR(about.st_mode) && major(about.st_rdev) == 1
        && (minor(about.st_rdev) == 8 || minor(about.st_rdev) == 9);
}

ssize_t read(int file, void *buffer, size_t count) {
    if (backlot_here && is_random_device(file)) {
        fill(buffer, count);
        return (ssize_t)count;
    }
    return REAL(ssize_t, read, int, void *, size_t)(file, buffer, count);
}

// The standard library draws by syscall(SYS_getrandom), and libdispatch waits by syscall(SYS_futex).
long syscall(long number, ...) {
    va_list arguments;
    va_start(arguments, number);
    long a = va_arg(arguments, long), b = va_arg(arguments, long), c = va_arg(arguments, long);
    long d = va_arg(arguments, long), e = va_arg(arguments, long), f = va_arg(arguments, long);
    va_end(arguments);
    if (backlot_here) {
        if (number == SYS_getrandom) {
            fill((void *)a, (size_t)b);
            return b;
        }
        int operation = (int)b & FUTEX_CMD_MASK;
        if (number == SYS_futex && (operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET)
            && !backlot_is_crash_report(__builtin_return_address(0))) {
            backlot_here->leak(backlot_here->simulation, "a blocking wait (futex)", __builtin_return_address(0));
        }
    }
    return REAL(long, syscall, long, ...)(number, a, b, c, d, e, f);
}
