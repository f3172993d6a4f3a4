// What the kernel says about a process and its children.
import { readFileSync } from 'node:fs';

/** Hz of the counters in /proc/PID/stat: USER_HZ, 100 on every Linux that runs .NET. */
const ticksPerSecond = 100;

function family(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return [pid, ...(children ? children.split(' ').flatMap((child) => family(Number(child))) : [])];
}

/** Milliseconds of processor time, user and system. */
export function cpuMs(pid) {
  let ticks = 0;
  for (const one of family(pid)) {
    // The name may hold spaces: fields count from its closing parenthesis.
    const fields = readFileSync(`/proc/${one}/stat`, 'utf8').split(') ').pop().split(' ');
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return (ticks * 1000) / ticksPerSecond;
}

/** The highest resident memory so far, in megabytes of 10^6 bytes. */
export function peakRssMb(pid) {
  let kilobytes = 0;
  for (const one of family(pid)) {
    kilobytes += Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${one}/status`, 'utf8'))[1]);
  }
  return (kilobytes * 1024) / 1e6;
}

/** Forgets the peak, so that the next reading is of the next measurement only. */
export function forgetPeak(pid, write) {
  for (const one of family(pid)) write(`/proc/${one}/clear_refs`, '5');
}

export function median(values) {
  const sorted = values.filter((value) => value !== null).toSorted((a, b) => a - b);
  if (sorted.length === 0) return null;
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
