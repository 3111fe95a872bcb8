// What a program settles about its process before it does anything else: whoever started it may have left it without standard descriptors, with signals that kill, with
// a log that nobody reads.
#pragma once

namespace cep::base {

// The first thing in main. Descriptors 0, 1 and 2 that are closed become /dev/null, so that no file opened later has their number and gets what is printed: reading ends at once,
// printing to 1 fails, printing to 2 is lost. Writing beyond RLIMIT_FSIZE is an error of the call (EFBIG) instead of SIGXFSZ; a line on a terminal that belongs to somebody else does not
// stop the process (SIGTTOU).
void prepare_process();

// For the daemon, after prepare_process(): SIGPIPE is ignored; SIGHUP is kept until somebody else handles it instead of killing.
void prepare_daemon();
// Whether a SIGHUP has come since prepare_daemon(). Once.
bool take_early_hangup();
// SIGHUP means nothing any more: the process is about to end, and is not to be killed before it has.
void refuse_hangup();

}  // namespace cep::base
