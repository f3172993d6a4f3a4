// Puts one bench's report into a shared file, between markers, and leaves what other benches wrote.
// Usage: node write.mjs FILE NAME REPORT
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const [file, name, report] = process.argv.slice(2);
const head = '# Measured\n\nEach part is written by the script that it names; repeat it with `--write`.\n';
const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
const part = `${begin}\n${readFileSync(report, 'utf8').trim()}\n${end}\n`;
const old = existsSync(file) ? readFileSync(file, 'utf8') : head;
const [from, to] = [old.indexOf(begin), old.indexOf(end)];
const isNew = from < 0 || to < 0;
writeFileSync(file, isNew ? `${old}\n${part}` : old.slice(0, from) + part + old.slice(to + end.length + 1));
