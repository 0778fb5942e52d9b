/* A disk that fails when a test says so, beneath SQLite: the power goes, there is no room, writing or flushing fails.
 *
 *     faulty_disk_begin();                              from now on files that SQLite opens lie on it
 *     faulty_disk_fail(DISK_POWER_CUT, 17, seed);       the 18th write, flush … from here on is where it begins
 *     … store_open, store_commit, store_close …
 *     faulty_disk_restart(seed);                        power is back: files are what the disk has kept of them
 *     faulty_disk_end();
 *
 * What was written, but not flushed, is kept or lost by chance, piece by piece, as are the length of a file, that it
 * was made and that it was deleted. Nothing is lost that was flushed, nor any byte that was not written to. */
#ifndef DOUDI_TESTS_FAULTY_DISK_H
#define DOUDI_TESTS_FAULTY_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum disk_fault {
    DISK_GOOD,
    DISK_POWER_CUT,   /* nothing can be done any more */
    DISK_FULL,        /* every write fails, its first half done */
    DISK_WRITE_ERROR, /* every write fails */
    DISK_SYNC_ERROR,  /* every flush fails */
};

void faulty_disk_begin(void);
void faulty_disk_end(void);

/* From the event with that number on, counted from 0 from now on. */
void faulty_disk_fail(enum disk_fault fault, size_t first, uint64_t seed);
/* Writes, flushes, changes of length and deletions since then. */
size_t faulty_disk_events(void);
bool faulty_disk_has_failed(void);       /* whether it did, since then */
void faulty_disk_restart(uint64_t seed); /* everything that was open has been closed */

#endif
