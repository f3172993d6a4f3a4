// One streamed chat call over a socket, with nothing in between that could hide when bytes arrive.
import net from 'node:net';

export function connect(url) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(url.port), url.hostname, () => resolve(socket));
    socket.setNoDelay(true);
    socket.once('error', reject);
  });
}

/**
 * Sends the call and reads its answer to the end.
 * Resolves to { firstMs, events, whole }: when the first event arrived, how many came, and whether the dialect's
 * terminator and the end of the chunks did.
 */
export function call(socket, target, model, timeoutMs) {
  const body = `{"model":"${model}","messages":[{"role":"user","content":"ping"}],"stream":true}`;
  const headers = Object.entries({ 'content-type': 'application/json', ...target.headers })
    .map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const started = performance.now();
  return new Promise((resolve) => {
    let firstMs = null;
    let events = 0;
    let tail = '';
    const finish = (whole, why) => {
      clearTimeout(timer);
      socket.off('data', read);
      socket.off('close', closed);
      socket.off('error', closed);
      resolve({ firstMs, events, whole, why });
    };
    const closed = () => finish(false, 'closed');
    const timer = setTimeout(() => finish(false, 'timeout'), timeoutMs);
    const read = (data) => {
      // "data:" may be cut between two reads: carry what could be its beginning.
      const text = tail + data.toString('latin1');
      if (events === 0 && !/^HTTP\/1\.1 200/.test(text)) return finish(false, text.slice(0, 60));
      const found = text.split('data: {').length - 1;
      if (found > 0 && firstMs === null) firstMs = performance.now() - started;
      events += found;
      if (text.includes('[DONE]') && text.endsWith('0\r\n\r\n')) return finish(true, null);
      // Before the first event the status line stays in front, to be judged with what follows.
      tail = events === 0 ? text : text.slice(-20).replace('data: {', '');
      return undefined;
    };
    socket.on('data', read);
    socket.once('close', closed);
    socket.on('error', closed);
    socket.write(
      `POST ${target.url.pathname} HTTP/1.1\r\nhost: ${target.url.host}\r\n${headers}`
      + `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  });
}
