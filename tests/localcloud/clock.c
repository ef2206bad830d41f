/* The simulated clock of a preloaded process: the wall clock plus one offset.
 *
 * The offset (nanoseconds, a native int64) lies in the file that
 * NIGHTSHIFT_CLOCK names.  It is mapped once, so that reading the time costs
 * one more load and moving the clock is one store by whoever owns the file:
 * no lock, no system call, no half-read value.
 *
 * Only the wall clock is touched.  Timers, time-outs and sleeps go by monotonic
 * clocks and run at real speed; what waits for an instant of the wall clock
 * waits for the real one.
 */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)

static int64_t *shared;

__attribute__((constructor)) static void map_offset(void)
{
    const char *path = getenv("NIGHTSHIFT_CLOCK");
    if (path == NULL)
        return;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    void *found = file < 0 ? MAP_FAILED : mmap(NULL, sizeof *shared, PROT_READ, MAP_SHARED, file, 0);
    if (found == MAP_FAILED) {
        /* A process that silently lives in another time would be worse. */
        dprintf(STDERR_FILENO, "simulated clock: %s: %s\n", path, strerror(errno));
        _exit(70);
    }
    close(file);
    shared = found;
}

static int64_t offset(void)
{
    return shared == NULL ? 0 : __atomic_load_n(shared, __ATOMIC_RELAXED);
}

static void shift(struct timespec *moment, int64_t nanoseconds)
{
    int64_t sum = (int64_t)moment->tv_sec * SECOND + moment->tv_nsec + nanoseconds;
    moment->tv_sec = sum / SECOND;
    moment->tv_nsec = sum % SECOND;
}

static int real_clock_gettime(clockid_t clock, struct timespec *moment)
{
    static int (*next)(clockid_t, struct timespec *);
    if (next == NULL)
        next = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    return next != NULL ? next(clock, moment) : (int)syscall(SYS_clock_gettime, clock, moment);
}

int clock_gettime(clockid_t clock, struct timespec *moment)
{
    int status = real_clock_gettime(clock, moment);
    if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        shift(moment, offset());
    return status;
}

int gettimeofday(struct timeval *restrict moment, void *restrict zone)
{
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0)
        return -1;
    moment->tv_sec = now.tv_sec;
    moment->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *moment)
{
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0)
        return -1;
    if (moment != NULL)
        *moment = now.tv_sec;
    return now.tv_sec;
}

int timespec_get(struct timespec *moment, int base)
{
    return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, moment) == 0 ? base : 0;
}

/* A Python made for an old C library waits for its locks by the wall clock. */
int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict until)
{
    static int (*next)(sem_t *, const struct timespec *);
    struct timespec moment = *until;
    if (next == NULL)
        next = (int (*)(sem_t *, const struct timespec *))dlsym(RTLD_NEXT, "sem_timedwait");
    shift(&moment, -offset());
    return next(semaphore, &moment);
}
