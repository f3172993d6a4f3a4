// The official Anthropic client, as a job would use it.
import { abortAfterThree, countingFetch, prompt, release, run, settings, weatherParameters } from './driver.mjs';

const { default: Anthropic } = await release('@anthropic-ai/sdk', 'anthropic-previous');

const open = () => new Anthropic({
  baseURL: settings.gateUrl,
  // One carrier only: two different ones are a conflict, and the environment must not add the other.
  ...(settings.carrier === 'bearer'
    ? { authToken: settings.token, apiKey: null }
    : { apiKey: settings.token, authToken: null }),
  fetch: countingFetch,
  maxRetries: settings.retries,
});
const say = (text, more) => ({
  model: settings.model, max_tokens: 512, messages: [{ role: 'user', content: prompt(text) }], ...more,
});
const tools = [{ name: 'weather', input_schema: weatherParameters }];
const describeMessage = (message) => ({
  text: message.content.filter((block) => block.type === 'text').map((block) => block.text).join(''),
  tools: message.content.filter((block) => block.type === 'tool_use').map(({ name, input }) => ({ name, input })),
  stop: message.stop_reason,
  usage: message.usage,
});

await run('anthropic', {
  models: async () => (await open().models.list()).data.map((one) => one.id),
  message: async () => describeMessage(await open().messages.create(say('hello'))),
  'message-stream': async () => {
    const types = [];
    const stream = open().messages.stream(say('hello'));
    stream.on('streamEvent', (event) => types.at(-1) !== event.type && types.push(event.type));
    return { ...describeMessage(await stream.finalMessage()), types };
  },
  tools: async () => describeMessage(await open().messages.create(say('weather?', { tools }))),
  'tools-stream': async () => describeMessage(await open().messages.stream(say('weather?', { tools })).finalMessage()),
  'tools-turn': async () => {
    const first = await open().messages.create(say('weather?', { tools }));
    const use = first.content.find((block) => block.type === 'tool_use');
    return describeMessage(await open().messages.create({
      model: settings.model,
      max_tokens: 512,
      tools,
      messages: [
        { role: 'user', content: 'weather?' },
        { role: 'assistant', content: first.content },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: use.id, content: 'rain' }] },
      ],
    }));
  },
  'count-tokens': async () => (await open().messages.countTokens({
    model: settings.model, messages: [{ role: 'user', content: prompt('hello') }],
  })).input_tokens,
  abort: async () => {
    const stream = await open().messages.create(say('[[endless delay-token=10]]', { stream: true }));
    return abortAfterThree(stream, () => stream.controller.abort());
  },
});
