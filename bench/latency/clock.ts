/** The one clock of the load: microseconds of the system's monotonic clock, the same in every thread of the process. */
export function nowUs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e6 + nanoseconds / 1e3;
}
