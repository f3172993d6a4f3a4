// What the four scripts share: settings from the environment, one JSON line per case, errors as data.
// A script knows its SDK; this file knows the tests that read its output.

/** What the environment says; a step of a plan may say otherwise for itself. */
const defaults = {
  gateUrl: process.env.GATE_URL ?? 'http://127.0.0.1:8420',
  token: process.env.TOKEN ?? 'none',
  model: process.env.MODEL ?? 'llama3.2:3b',
  embedModel: process.env.EMBED_MODEL ?? 'nomic-embed-text:latest',
  retries: process.env.MAX_RETRIES === undefined ? undefined : Number(process.env.MAX_RETRIES),
  prompt: process.env.PROMPT,
  padBytes: Number(process.env.PAD_BYTES ?? 0),
  carrier: process.env.CARRIER,
};

/** The settings of the running case. */
export const settings = { ...defaults };

/** The prompt of a case: what the test asks for, else the case's own, padded where a test wants a large body. */
export function prompt(own) {
  const text = settings.prompt ?? own;
  return settings.padBytes > 0 ? `${text} ${'x'.repeat(settings.padBytes)}` : text;
}

/** Requests that the SDK made, its own retries included. */
export const attempts = [];

/** Given to every SDK as its fetch: counts attempts and keeps what the gate said about retrying. */
export async function countingFetch(input, init) {
  const attempt = { url: new URL(typeof input === 'string' ? input : input.url ?? input.href).pathname };
  attempts.push(attempt);
  const response = await fetch(input, init);
  attempt.status = response.status;
  attempt.retryAfter = response.headers.get('retry-after');
  attempt.shouldRetry = response.headers.get('x-should-retry');
  attempt.exchange = response.headers.get('x-gatehouse-exchange');
  attempt.reason = response.headers.get('x-gatehouse-reason');
  return response;
}

/** The package of a client, or the one of its previous major, which people still run. */
export const release = (name, previous) => import(process.env.RELEASE === 'previous' ? previous : name);

export const weatherParameters = {
  type: 'object',
  properties: { city: { type: 'string' }, days: { type: 'integer' } },
  required: ['city'],
};

/** Reads an abortable stream to its third piece, aborts, and says how it ended and how long that took. */
export async function abortAfterThree(pieces, abort) {
  let seen = 0;
  let started;
  let error = null;
  try {
    for await (const piece of pieces) {
      if (piece === undefined) continue;
      seen += 1;
      if (seen === 3) {
        started = performance.now();
        abort();
      }
    }
  } catch (caught) {
    error = describe(caught);
  }
  return { seen, error, msToEnd: performance.now() - started };
}

/** An SDK's exception as data: its class is what user code catches. */
export function describe(error) {
  const chain = [];
  const above = Object.getPrototypeOf;
  for (let proto = above(error); proto && proto !== Object.prototype; proto = above(proto)) {
    chain.push(proto.constructor.name);
  }
  const inner = error.lastError ?? error;
  return {
    class: chain[0],
    classes: chain,
    name: error.name,
    status: inner.status ?? inner.statusCode ?? inner.status_code ?? null,
    code: inner.code ?? inner.data?.error?.code ?? null,
    type: inner.error?.error?.type ?? inner.type ?? inner.data?.error?.type ?? null,
    message: String(error.message ?? error).slice(0, 500),
    inner: inner === error ? null : describe(inner),
  };
}

/**
 * Runs the cases named in CASE (comma-separated, default all), or the steps in PLAN (a JSON array of settings, each
 * with its `case`), and prints one line of JSON for each.
 */
export async function run(client, cases) {
  const names = process.env.CASE ? process.env.CASE.split(',') : Object.keys(cases);
  const plan = process.env.PLAN ? JSON.parse(process.env.PLAN) : names.map((name) => ({ case: name }));
  for (const { case: name, ...step } of plan) {
    Object.assign(settings, defaults, step);
    attempts.length = 0;
    const line = { client, case: name, ok: false };
    try {
      if (!cases[name]) throw new Error(`The ${client} script has no case '${name}'. It has: ${Object.keys(cases)}`);
      line.result = await cases[name]();
      line.ok = true;
    } catch (error) {
      line.error = describe(error);
    }
    line.attempts = attempts.map((attempt) => ({ ...attempt }));
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
}
