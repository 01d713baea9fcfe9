/**
 * What the exit codes of the command line mean. docs/OPERATIONS.md lists the same.
 */

export const EXIT_OK = 0;
/** `check` found faults, `demo` found a loss, or something else went wrong that the line on stderr names. */
export const EXIT_FAILED = 1;
/** Not understood: a command, an option, a variable, a policy file or a scenario; nothing was started. */
export const EXIT_USAGE = 2;
/** Fail-stop: the journal cannot be opened or written, or the state can no longer be trusted. Start again to recover. */
export const EXIT_FAIL_STOP = 70;
