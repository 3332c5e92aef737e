// `ai` with @ai-sdk/openai-compatible: a text with tools, a streamed object. Prints what it read as JSON.
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, stepCountIs, streamObject, streamText, tool } from "ai";
import { z } from "zod";

const [baseURL] = process.argv.slice(2);
const provider = createOpenAICompatible({ name: "flowgen", baseURL, supportsStructuredOutputs: true });
const model = provider("any");
const calculate_sum = tool({
  description: "Add two numbers",
  inputSchema: z.object({ a: z.number().int(), b: z.number().int() }),
  execute: async ({ a, b }) => a + b,
});
const cold = { model, temperature: 0, maxOutputTokens: 60, maxRetries: 0 };
const prompt = "What is 15 + 25?";

const text = await generateText({ ...cold, prompt, tools: { calculate_sum }, stopWhen: stepCountIs(2) });
const streamed = streamText({ ...cold, prompt, tools: { calculate_sum }, toolChoice: "required" });
const kinds = new Set();
for await (const part of streamed.fullStream) kinds.add(part.type);
const object = streamObject({ ...cold, prompt, schema: z.object({ unit: z.enum(["km", "m"]), number: z.number().int() }) });
let numPartial = 0;
for await (const _ of object.partialObjectStream) numPartial += 1;
console.log(
  JSON.stringify({
    calls: text.steps.flatMap((step) => step.toolCalls).map((call) => call.toolName),
    results: text.steps.flatMap((step) => step.toolResults).map((result) => result.output),
    kinds: [...kinds],
    finish: await streamed.finishReason,
    object: await object.object,
    numPartial,
    outputTokens: text.totalUsage.outputTokens,
  }),
);
