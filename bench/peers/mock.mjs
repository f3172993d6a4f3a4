// The upstream of the bench: an HTTP/1.1 server by hand on node's sockets, because node's own http module would spend
// more than the gateways do. It answers one small chat completion, streamed when the body asks, and is no more careful
// than its only clients need.
//
//   node mock.mjs PORT
//
// model "mock-1": the answer at once; streamed, 20 pieces at once.
// model "mock-hold": streamed, one piece every half second for ten seconds.
import net from 'node:net';
import { firstEvent, holdMs, holdPieces, lastEvents, models, pieceEvent, whole } from './answers.mjs';

const port = Number(process.argv[2]);
const chunk = (text) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const withLength = (text) => Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
);

const wholeAnswer = withLength(whole);
const modelList = withLength(models);
const streamHead = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n';
const first = chunk(firstEvent);
const piece = chunk(pieceEvent);
const last = `${lastEvents.map(chunk).join('')}0\r\n\r\n`;
const burst = Buffer.from(streamHead + first + piece.repeat(holdPieces) + last);

function answer(socket, method, body) {
  if (method === 'GET') return socket.write(modelList);
  if (!body.includes('"stream":true')) return socket.write(wholeAnswer);
  if (!body.includes('mock-hold')) return socket.write(burst);
  socket.write(streamHead + first);
  let sent = 0;
  const timer = setInterval(() => {
    sent += 1;
    if (sent <= holdPieces) return socket.write(piece);
    clearInterval(timer);
    return socket.write(last);
  }, holdMs);
  socket.once('close', () => clearInterval(timer));
  return undefined;
}

// The length of a body in chunks once it is complete, with its text; undefined until then.
function unchunk(text, from) {
  let at = from;
  let body = '';
  for (;;) {
    const lineEnd = text.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = parseInt(text.slice(at, lineEnd), 16);
    const end = lineEnd + 2 + size + 2;
    if (text.length < end) return undefined;
    if (size === 0) return { body, end };
    body += text.slice(lineEnd + 2, end - 2);
    at = end;
  }
}

net.createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  let pending = '';
  socket.on('data', (data) => {
    pending += data.toString('latin1');
    for (;;) {
      const headEnd = pending.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const head = pending.slice(0, headEnd);
      const bodyStart = headEnd + 4;
      const length = /\r\ncontent-length: *(\d+)/i.exec(head);
      const chunked = !length && /\r\ntransfer-encoding: *chunked/i.test(head);
      const end = bodyStart + (length ? Number(length[1]) : 0);
      const body = chunked ? unchunk(pending, bodyStart)
        : pending.length < end ? undefined : { body: pending.slice(bodyStart, end), end };
      if (!body) return;
      pending = pending.slice(body.end);
      answer(socket, head.slice(0, head.indexOf(' ')), body.body);
    }
  });
}).listen(port, '127.0.0.1', 4096);
