// How long the disk takes to make four kilobytes durable: the price of one record.
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const block = Buffer.alloc(4096, 7);

/** Milliseconds of each of some durable writes at the end of a file in a directory. */
export function durableWrites(directory, count) {
  const path = join(directory, 'fsync-probe');
  const file = openSync(path, 'w');
  const times = [];
  for (let round = 0; round < count; round += 1) {
    const started = performance.now();
    writeSync(file, block);
    fdatasyncSync(file);
    times.push(performance.now() - started);
  }
  closeSync(file);
  rmSync(path);
  return times;
}
