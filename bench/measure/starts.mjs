// How long Gatehouse takes to start. Usage: node starts.mjs BINARY HOME PORT
import { spawn, spawnSync } from 'node:child_process';
import net from 'node:net';
import { statSync } from 'node:fs';
import { median } from './process.mjs';

const [binary, home, port] = process.argv.slice(2);
const rounds = 15;

function verbMs(...args) {
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    const started = performance.now();
    const { status } = spawnSync(binary, args, { stdio: 'ignore' });
    if (status !== 0) return null;
    times.push(performance.now() - started);
  }
  return median(times);
}

const connects = () => new Promise((resolve) => {
  const socket = net.connect(Number(port), '127.0.0.1');
  socket.once('connect', () => { socket.destroy(); resolve(true); });
  socket.once('error', () => resolve(false));
});

async function listeningMs() {
  const started = performance.now();
  const server = spawn(binary, ['serve', '--home', home], { stdio: 'ignore' });
  const exited = new Promise((resolve) => { server.once('exit', resolve); });
  let ms = null;
  while (performance.now() - started < 10_000 && server.exitCode === null) {
    if (await connects()) { ms = performance.now() - started; break; }
    await new Promise((resolve) => { setTimeout(resolve, 1); });
  }
  server.kill('SIGTERM');
  const forced = setTimeout(() => server.kill('SIGKILL'), 5_000);
  await exited;
  clearTimeout(forced);
  return ms;
}

const listening = [];
for (let round = 0; round < 5; round += 1) listening.push(await listeningMs());
process.stdout.write(JSON.stringify({
  listeningMs: median(listening),
  versionMs: verbMs('--version'),
  jobsMs: verbMs('jobs', '--home', home),
  binaryMb: statSync(binary).size / 1e6,
}));
