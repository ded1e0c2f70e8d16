#ifndef CSQLITE_SHIM_H
#define CSQLITE_SHIM_H

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/// Makes an empty file that only its owner may read, or takes that right from others on a file that exists.
/// 0, or an errno. SQLite gives the files beside a database the database's mode.
static inline int csqlite_make_private(const char *path) {
    int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return errno;
    int result = fchmod(descriptor, 0600) == 0 ? 0 : errno;
    close(descriptor);
    return result;
}

/// An errno in words.
static inline const char *csqlite_reason(int error) { return strerror(error); }

/// `SQLITE_TRANSIENT`, which Swift cannot import: SQLite copies the bytes.
static inline int csqlite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, int count) {
    return sqlite3_bind_blob(statement, index, bytes, count, SQLITE_TRANSIENT);
}

static inline int csqlite_bind_text(sqlite3_stmt *statement, int index, const char *text, int count) {
    return sqlite3_bind_text(statement, index, text, count, SQLITE_TRANSIENT);
}

#endif
