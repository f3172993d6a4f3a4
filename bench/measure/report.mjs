// Turns what was measured into tables. Usage: node report.mjs DIRECTORY
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const read = (file) => readFileSync(join(process.argv[2], file), 'utf8');
const { results, fsync } = JSON.parse(read('results.json'));
const starts = JSON.parse(read('starts.json'));
const names = Object.keys(results);
const { direct, nginx, portkey, gatehouse } = results;

const number = (value, digits) => (value === null || value === undefined ? '–' : value.toFixed(digits));
const table = (head, rows) => [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

function speed() {
  const head = ['', 'requests/s', '(lowest–highest)', '÷ direct', '÷ nginx', 'p50 ms', 'p99 ms', 'p50 at 1', 'p99 at 1',
    'CPU ms', 'peak MB', 'failed'];
  return table(head, names.map((name) => {
    const one = results[name];
    return [name, number(one.rps, 0), one.rpsRange.map((rps) => number(rps, 0)).join('–'),
      number(direct && one.rps / direct.rps, 2), number(nginx && one.rps / nginx.rps, 2), number(one.p50at32, 2),
      number(one.p99at32, 2), number(one.p50at1, 3), number(one.p99at1, 3), number(one.cpu, 3), number(one.rss, 0),
      one.failed];
  }));
}

function streams() {
  const head = ['', 'streams/s', '÷ direct', '÷ nginx', 'CPU ms', 'first token p50 ms', 'p99 ms', '2,000 open: at once',
    'errors', 'peak MB'];
  return table(head, names.map((name) => {
    const one = results[name];
    return [name, number(one.streams, 0), number(direct && one.streams / direct.streams, 2),
      number(nginx && one.streams / nginx.streams, 2), number(one.streamCpu, 3), number(one.first, 2),
      number(one.firstP99, 2), one.held?.openMax ?? '–', one.held?.errors ?? '–', number(one.held?.rss, 0)];
  }));
}

function ratios(to) {
  const basis = results[to];
  if (!basis) return '';
  const columns = { 'requests/s': 'rps', p50: 'p50at32', p99: 'p99at32', 'p50 at 1': 'p50at1', 'p99 at 1': 'p99at1',
    CPU: 'cpu', 'peak memory': 'rss', 'streams/s': 'streams', 'stream CPU': 'streamCpu', 'first token': 'first' };
  const measured = Object.entries(columns).filter(([, key]) => basis[key] !== null);
  return table([`÷ ${to}`, ...measured.map(([head]) => head)], names.filter((name) => name !== to && name !== 'direct')
    .map((name) => [name, ...measured.map(([, key]) => number(results[name][key] / basis[key], 2))]));
}

function aims() {
  if (!gatehouse) return 'Gatehouse was not measured: build `artifacts/gatehouse` first.';
  const row = (what, aim, value, digits, atLeast) => {
    if (value === null || value === undefined || Number.isNaN(value)) return [what, aim.text, 'not measured', ''];
    const reached = atLeast ? value >= aim.bound : value <= aim.bound;
    return [what, aim.text, number(value, digits), reached ? 'reached' : '**missed**'];
  };
  const atLeast = (what, bound, value, digits) => row(what, { text: `≥ ${bound}`, bound }, value, digits, true);
  const atMost = (what, bound, value, digits, text = number(bound, bound < 10 ? 2 : 0)) =>
    row(what, { text: `≤ ${text}`, bound }, value, digits, false);
  const oneSync = fsync.p50;
  return table(['aim', 'bound', 'measured', ''], [
    atLeast("requests/s at 32, ÷ nginx's", 0.5, nginx && gatehouse.rps / nginx.rps, 2),
    atLeast("requests/s at 32, ÷ Portkey's", 8, portkey && gatehouse.rps / portkey.rps, 1),
    atMost('added p50 at 1 connection, ms', 0.4 + 2 * oneSync, direct && gatehouse.p50at1 - direct.p50at1, 3,
      `0.4 + two fsyncs = ${number(0.4 + 2 * oneSync, 2)}`),
    atMost('added time to first token, ms', 2 + oneSync, direct && gatehouse.first - direct.first, 2,
      `2 + one fsync = ${number(2 + oneSync, 2)}`),
    atMost('peak memory at 32 connections, MB', 80, gatehouse.rss, 0),
    atMost('start to listening, ms', 150, starts.listeningMs, 0),
    atMost('start of `gatehouse --version`, ms', 60, starts.versionMs, 0),
    atMost('start of `gatehouse jobs`, ms', 60, starts.jobsMs, 0),
    atMost('binary, MB', 40, starts.binaryMb, 1),
    atMost('2,000 open streams, errors', 0, gatehouse.held?.errors, 0, '0'),
    atMost('2,000 open streams, peak memory MB', 150, gatehouse.held?.rss, 0),
  ]);
}

process.stdout.write(`## The gate

Measured by \`./bench/gate\`: the same small chat request (answer of 308 bytes; streamed: 22 events) against a mock
upstream, directly and through each peer, all on one machine with the load generator, in interleaved rounds; medians.
Ratios carry over to another machine, absolute numbers do not. Gatehouse runs with ledger and authentication on. CPU is
the peer's own time for one request; peak memory is resident memory.

${read('machine.txt').trim()}
- one durable write of 4 KiB: p50 ${number(fsync.p50, 3)} ms, p99 ${number(fsync.p99, 3)} ms

### Whole answers, 32 connections (and 1)

${speed()}

### Streams, 8 connections

${streams()}

### The same as ratios

${ratios('nginx')}

${ratios('direct')}

### Aims

${aims()}
`);
