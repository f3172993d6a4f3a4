// The official OpenAI client, as a job would use it.
import {
  abortAfterThree, attempts, countingFetch, prompt, release, run, settings, weatherParameters,
} from './driver.mjs';

const { default: OpenAI } = await release('openai', 'openai-previous');

const open = () => new OpenAI({
  baseURL: `${settings.gateUrl}/v1`, apiKey: settings.token, fetch: countingFetch, maxRetries: settings.retries,
});
const say = (text, more) => ({ model: settings.model, messages: [{ role: 'user', content: prompt(text) }], ...more });
const tools = [{ type: 'function', function: { name: 'weather', parameters: weatherParameters } }];

async function collect(stream) {
  const seen = { text: '', tools: {}, finish: null, usage: null, chunks: 0, ids: new Set() };
  for await (const chunk of stream) {
    seen.chunks += 1;
    seen.ids.add(chunk.id);
    seen.usage = chunk.usage ?? seen.usage;
    for (const choice of chunk.choices) {
      if (choice.index === 0) seen.text += choice.delta.content ?? '';
      seen.finish = choice.finish_reason ?? seen.finish;
      for (const call of choice.delta.tool_calls ?? []) {
        const merged = (seen.tools[call.index] ??= { name: '', arguments: '' });
        merged.name += call.function?.name ?? '';
        merged.arguments += call.function?.arguments ?? '';
      }
    }
  }
  return { ...seen, ids: seen.ids.size, tools: Object.values(seen.tools) };
}

await run('openai', {
  models: async () => (await open().models.list()).data.map((one) => one.id),
  chat: async () => {
    const answer = await open().chat.completions.create(say('hello'));
    const choice = answer.choices[0];
    return { text: choice.message.content, finish: choice.finish_reason, usage: answer.usage, id: answer.id };
  },
  'chat-choices': async () => {
    const answer = await open().chat.completions.create(say('hello', { n: 2 }));
    return answer.choices.map((choice) => choice.message.content);
  },
  'chat-stream': async () => collect(await open().chat.completions.create(say('hello', { stream: true }))),
  'chat-stream-usage': async () => collect(await open().chat.completions.create(
    say('hello', { stream: true, stream_options: { include_usage: true } }),
  )),
  tools: async () => {
    const answer = await open().chat.completions.create(say('weather?', { tools }));
    const call = answer.choices[0].message.tool_calls[0];
    return { name: call.function.name, arguments: call.function.arguments, finish: answer.choices[0].finish_reason };
  },
  'tools-stream': async () => collect(await open().chat.completions.create(say('weather?', { tools, stream: true }))),
  'tools-turn': async () => {
    const first = await open().chat.completions.create(say('weather?', { tools }));
    const message = first.choices[0].message;
    const second = await open().chat.completions.create({
      model: settings.model,
      tools,
      messages: [
        { role: 'user', content: 'weather?' }, message,
        { role: 'tool', tool_call_id: message.tool_calls[0].id, content: 'rain' },
      ],
    });
    return { text: second.choices[0].message.content, finish: second.choices[0].finish_reason };
  },
  completions: async () => (await open().completions.create({
    model: settings.model, prompt: prompt('hello'),
  })).choices[0].text,
  responses: async () => {
    const answer = await open().responses.create({ model: settings.model, input: prompt('hello') });
    return { text: answer.output_text, status: answer.status, usage: answer.usage };
  },
  'responses-stream': async () => {
    const types = [];
    let text = '';
    let completed = null;
    const stream = await open().responses.create({ model: settings.model, input: prompt('hello'), stream: true });
    for await (const event of stream) {
      if (types.at(-1) !== event.type) types.push(event.type);
      if (event.type === 'response.output_text.delta') text += event.delta;
      if (event.type === 'response.completed') completed = event.response.output[0].content[0].text;
    }
    return { types, text, completed };
  },
  'responses-tools': async () => {
    const answer = await open().responses.create({
      model: settings.model,
      input: prompt('weather?'),
      tools: [{ type: 'function', name: 'weather', parameters: weatherParameters }],
    });
    return { type: answer.output[0].type, name: answer.output[0].name, arguments: answer.output[0].arguments };
  },
  // The client asks for base64 by itself and decodes it.
  embeddings: async () => {
    const answer = await open().embeddings.create({ model: settings.embedModel, input: ['one', prompt('two')] });
    return answer.data.map((one) => one.embedding);
  },
  'embeddings-float': async () => {
    const answer = await open().embeddings.create({
      model: settings.embedModel, input: prompt('two'), encoding_format: 'float',
    });
    return answer.data.map((one) => one.embedding);
  },
  abort: async () => {
    const stream = await open().chat.completions.create(say('[[endless delay-token=10]]', { stream: true }));
    return abortAfterThree(stream, () => stream.controller.abort());
  },
  'abort-whole': async () => {
    const gone = new AbortController();
    setTimeout(() => gone.abort(), 300);
    await open().chat.completions.create(say('[[endless]]'), { signal: gone.signal });
  },
  headers: async () => {
    const { response } = await open().chat.completions.create(say('hello')).withResponse();
    return { ...Object.fromEntries(response.headers), attempts: attempts.length };
  },
});
