// Leaks: the calls by which work would leave the simulation's thread, or stop it for good.
#define _GNU_SOURCE
#include "real.h"

#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

// libdispatch's own types, as far as an argument list needs them: objects and blocks are pointers.
typedef void *dispatch_object;
typedef void (*dispatch_function)(void *);

#define LEAKS_VOID(name, parameters, types, arguments)                                                                 \
    void name parameters {                                                                                             \
        if (backlot_here) { LEAK(); }                                                                                  \
        REAL(void, name, types) arguments;                                                                             \
    }
#define TYPES(...) __VA_ARGS__

LEAKS_VOID(dispatch_async, (dispatch_object queue, void *block), TYPES(dispatch_object, void *), (queue, block))
LEAKS_VOID(dispatch_async_f, (dispatch_object queue, void *context, dispatch_function work),
           TYPES(dispatch_object, void *, dispatch_function), (queue, context, work))
LEAKS_VOID(dispatch_barrier_async, (dispatch_object queue, void *block), TYPES(dispatch_object, void *), (queue, block))
LEAKS_VOID(dispatch_barrier_async_f, (dispatch_object queue, void *context, dispatch_function work),
           TYPES(dispatch_object, void *, dispatch_function), (queue, context, work))
LEAKS_VOID(dispatch_group_async, (dispatch_object group, dispatch_object queue, void *block),
           TYPES(dispatch_object, dispatch_object, void *), (group, queue, block))
LEAKS_VOID(dispatch_group_notify, (dispatch_object group, dispatch_object queue, void *block),
           TYPES(dispatch_object, dispatch_object, void *), (group, queue, block))
LEAKS_VOID(dispatch_after, (uint64_t when, dispatch_object queue, void *block),
           TYPES(uint64_t, dispatch_object, void *), (when, queue, block))
LEAKS_VOID(dispatch_after_f, (uint64_t when, dispatch_object queue, void *context, dispatch_function work),
           TYPES(uint64_t, dispatch_object, void *, dispatch_function), (when, queue, context, work))
LEAKS_VOID(dispatch_group_async_f, (dispatch_object group, dispatch_object queue, void *context, dispatch_function work),
           TYPES(dispatch_object, dispatch_object, void *, dispatch_function), (group, queue, context, work))
LEAKS_VOID(dispatch_group_notify_f, (dispatch_object group, dispatch_object queue, void *context, dispatch_function work),
           TYPES(dispatch_object, dispatch_object, void *, dispatch_function), (group, queue, context, work))
LEAKS_VOID(dispatch_apply, (size_t count, dispatch_object queue, void *block), TYPES(size_t, dispatch_object, void *),
           (count, queue, block))
LEAKS_VOID(dispatch_activate, (dispatch_object object), TYPES(dispatch_object), (object))
LEAKS_VOID(dispatch_resume, (dispatch_object object), TYPES(dispatch_object), (object))

// A wait that finds its semaphore signalled is harmless; one that would block never ends in one thread.
intptr_t dispatch_semaphore_wait(dispatch_object semaphore, uint64_t deadline) {
    if (!backlot_here) { return REAL(intptr_t, dispatch_semaphore_wait, dispatch_object, uint64_t)(semaphore, deadline); }
    intptr_t late = REAL(intptr_t, dispatch_semaphore_wait, dispatch_object, uint64_t)(semaphore, 0);
    if (late && deadline != 0) { LEAK(); }
    return late;
}

intptr_t dispatch_group_wait(dispatch_object group, uint64_t deadline) {
    if (!backlot_here) { return REAL(intptr_t, dispatch_group_wait, dispatch_object, uint64_t)(group, deadline); }
    intptr_t late = REAL(intptr_t, dispatch_group_wait, dispatch_object, uint64_t)(group, 0);
    if (late && deadline != 0) { LEAK(); }
    return late;
}

// libdispatch starts a worker when a queue is disposed of, to release what the queue held: nothing of the simulation
// runs there. Work that would leave the simulation by Dispatch is seen above, before it comes to a thread.
int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *), void *argument) {
    if (backlot_here && !backlot_is_in_library(__builtin_return_address(0), "libdispatch")) { LEAK(); }
    return REAL(int, pthread_create, pthread_t *, const pthread_attr_t *, void *(*)(void *), void *)(
        thread, attributes, body, argument);
}

// glibc keeps two versions of the condition variables; an unversioned look-up would find the old one.
static void *condition(const char *name) {
#if defined(__x86_64__)
    return dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2");
#else
    return dlsym(RTLD_NEXT, name);
#endif
}

int pthread_cond_wait(pthread_cond_t *restrict waiting, pthread_mutex_t *restrict mutex) {
    static int (*real)(pthread_cond_t *, pthread_mutex_t *);
    if (backlot_here) { LEAK(); }
    if (!real) { real = condition("pthread_cond_wait"); }
    return real(waiting, mutex);
}

int pthread_cond_timedwait(pthread_cond_t *restrict waiting, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict deadline) {
    static int (*real)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
    if (backlot_here) { LEAK(); }
    if (!real) { real = condition("pthread_cond_timedwait"); }
    return real(waiting, mutex, deadline);
}

int pthread_join(pthread_t thread, void **result) {
    if (backlot_here) { LEAK(); }
    return REAL(int, pthread_join, pthread_t, void **)(thread, result);
}

int sem_wait(sem_t *semaphore) {
    if (!backlot_here) { return REAL(int, sem_wait, sem_t *)(semaphore); }
    if (sem_trywait(semaphore) != 0) { LEAK(); }
    return 0;
}

int socket(int domain, int type, int protocol) {
    if (backlot_here) { LEAK(); }
    return REAL(int, socket, int, int, int)(domain, type, protocol);
}

int socketpair(int domain, int type, int protocol, int pair[2]) {
    if (backlot_here) { LEAK(); }
    return REAL(int, socketpair, int, int, int, int *)(domain, type, protocol, pair);
}

int epoll_wait(int epoll, struct epoll_event *events, int most, int milliseconds) {
    if (backlot_here) { LEAK(); }
    return REAL(int, epoll_wait, int, struct epoll_event *, int, int)(epoll, events, most, milliseconds);
}

pid_t fork(void) {
    if (backlot_here) { LEAK(); }
    return REAL(pid_t, fork, void)();
}

int posix_spawn(pid_t *restrict child, const char *restrict path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *restrict attributes, char *const arguments[restrict],
                char *const environment[restrict]) {
    if (backlot_here) { LEAK(); }
    return REAL(int, posix_spawn, pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *,
                char *const *, char *const *)(child, path, actions, attributes, arguments, environment);
}
