// The same upstream on node's own http module: slower than mock.mjs, as servers of models are not fast at HTTP
// either. Usage: node mock-http.mjs PORT
import http from 'node:http';
import { firstEvent, holdMs, holdPieces, lastEvents, models, pieceEvent, whole } from './answers.mjs';

const json = { 'content-type': 'application/json' };
const burst = firstEvent + pieceEvent.repeat(holdPieces) + lastEvents.join('');

function answer(response, body) {
  if (!body.includes('"stream":true')) {
    response.writeHead(200, { ...json, 'content-length': Buffer.byteLength(whole) });
    return response.end(whole);
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  if (!body.includes('mock-hold')) return response.end(burst);
  response.write(firstEvent);
  let sent = 0;
  const timer = setInterval(() => {
    sent += 1;
    if (sent <= holdPieces) return response.write(pieceEvent);
    clearInterval(timer);
    return response.end(lastEvents.join(''));
  }, holdMs);
  response.once('close', () => clearInterval(timer));
  return undefined;
}

const server = http.createServer((request, response) => {
  if (request.method === 'GET') return response.writeHead(200, json).end(models);
  let body = '';
  request.on('data', (data) => { body += data; });
  return request.on('end', () => answer(response, body));
});
server.keepAliveTimeout = 0;
server.listen(Number(process.argv[2]), '127.0.0.1', 4096);
