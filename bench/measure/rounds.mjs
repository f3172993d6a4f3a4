// Measures all targets in interleaved rounds, so that what else the machine does hits all of them alike.
// Usage: node rounds.mjs DIRECTORY ROUNDS SECONDS, with targets.json in the directory; prints the medians as JSON and
// its progress to standard error.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { durableWrites } from './fsync.mjs';
import { cpuMs, forgetPeak, median, peakRssMb, percentile } from './process.mjs';
import { call, connect } from './stream.mjs';

const [directory, roundsText, secondsText] = process.argv.slice(2);
const targets = JSON.parse(readFileSync(join(directory, 'targets.json'), 'utf8'))
  .map((target) => ({ ...target, url: new URL(target.url) }));
const rounds = Number(roundsText);
const seconds = Number(secondsText);
const script = fileURLToPath(new URL('chat.lua', import.meta.url));
const manyStreams = 2000;
const streamEvents = 22;

function wrk(target, connections, duration, mode) {
  const headers = Object.entries(target.headers).map(([name, value]) => `${name}: ${value}`).join('\n');
  const before = target.pid ? cpuMs(target.pid) : null;
  return new Promise((resolve, reject) => {
    const args = ['-t1', `-c${connections}`, `-d${duration}s`, '--timeout', '10s', '-s', script, target.url.href];
    const child = spawn('wrk', args, {
      env: { ...process.env, HEADERS: headers, MODE: mode }, stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (data) => { output += data; });
    child.once('error', reject);
    child.once('close', () => {
      const line = /RESULT (.*)/.exec(output);
      if (!line) return reject(new Error(`wrk said: ${output}`));
      const seen = JSON.parse(line[1]);
      return resolve({
        rps: (seen.requests * 1e6) / seen.us,
        p50: seen.p50us / 1000,
        p99: seen.p99us / 1000,
        failed: seen.failed,
        cpu: target.pid ? (cpuMs(target.pid) - before) / seen.requests : null,
      });
    });
  });
}

async function firstTokens(target) {
  const socket = await connect(target.url);
  const times = [];
  for (let turn = 0; turn < 150; turn += 1) {
    const seen = await call(socket, target, 'mock-1', 10_000);
    if (!seen.whole) throw new Error(`${target.name}: a stream broke: ${seen.why}`);
    times.push(seen.firstMs);
  }
  socket.destroy();
  return { p50: median(times), p99: percentile(times, 0.99) };
}

// Opens many streams within two seconds; each lasts ten, so that all are open at once for most of that time.
async function openMany(target) {
  if (target.pid) forgetPeak(target.pid, writeFileSync);
  let open = 0;
  let openMax = 0;
  const reasons = {};
  const streams = [];
  for (let index = 0; index < manyStreams; index += 1) {
    if (index % 50 === 0) await new Promise((resolve) => { setTimeout(resolve, 50); });
    streams.push((async () => {
      try {
        const socket = await connect(target.url);
        open += 1;
        openMax = Math.max(openMax, open);
        const seen = await call(socket, target, 'mock-hold', 60_000);
        open -= 1;
        socket.destroy();
        if (seen.whole && seen.events === streamEvents) return;
        const why = seen.whole ? `${seen.events} events` : seen.why;
        reasons[why] = (reasons[why] ?? 0) + 1;
      } catch (error) {
        reasons[error.code] = (reasons[error.code] ?? 0) + 1;
      }
    })());
  }
  await Promise.all(streams);
  const errors = Object.values(reasons).reduce((sum, count) => sum + count, 0);
  return { openMax, errors, reasons, rss: target.pid ? peakRssMb(target.pid) : null };
}

const seen = Object.fromEntries(targets.map(({ name }) => [name, { many: [], one: [], streams: [], first: [] }]));
for (const target of targets) await wrk(target, 8, 1, '');
const syncs = [];
for (let round = 1; round <= rounds; round += 1) {
  // In every round, because a disk's speed changes with what others do to it.
  syncs.push(...durableWrites(directory, 100));
  for (const target of targets) {
    const into = seen[target.name];
    into.many.push(await wrk(target, 32, seconds, ''));
    into.one.push(await wrk(target, 1, Math.max(2, seconds - 2), ''));
    into.streams.push(await wrk(target, 8, Math.max(2, seconds - 2), 'stream'));
    into.first.push(await firstTokens(target));
    process.stderr.write(
      `round ${round} ${target.name}: ${into.many.at(-1).rps.toFixed(0)} requests/s, `
      + `${into.streams.at(-1).rps.toFixed(0)} streams/s, first token ${into.first.at(-1).p50.toFixed(2)} ms\n`,
    );
  }
}

const results = {};
for (const target of targets) {
  const { many, one, streams, first } = seen[target.name];
  const of = (list, key) => median(list.map((entry) => entry[key]));
  results[target.name] = {
    rps: of(many, 'rps'),
    rpsRange: [Math.min(...many.map(({ rps }) => rps)), Math.max(...many.map(({ rps }) => rps))],
    p50at32: of(many, 'p50'),
    p99at32: of(many, 'p99'),
    p50at1: of(one, 'p50'),
    p99at1: of(one, 'p99'),
    cpu: of(many, 'cpu'),
    streams: of(streams, 'rps'),
    streamCpu: of(streams, 'cpu'),
    first: of(first, 'p50'),
    firstP99: of(first, 'p99'),
    failed: [...many, ...one, ...streams].reduce((sum, entry) => sum + entry.failed, 0),
    rss: target.pid ? peakRssMb(target.pid) : null,
  };
}
for (const target of targets.filter(({ name }) => name !== 'direct')) {
  const held = await openMany(target);
  results[target.name].held = held;
  process.stderr.write(
    `${manyStreams} streams through ${target.name}: ${held.openMax} open at once, ${held.errors} errors `
    + `${JSON.stringify(held.reasons)}, ${held.rss?.toFixed(0)} MB\n`,
  );
}
process.stdout.write(JSON.stringify({
  results, fsync: { p50: median(syncs), p99: percentile(syncs, 0.99) },
}));
