// Hands links to heat sheets to Heatstream over RabbitMQ, and prints the answer.
// It needs nothing of Heatstream but the contract, schema/asyncapi.yaml; and `npm ci`.
import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import amqp from "amqplib";

const HELP = `usage: node publisher.mjs [--swimmer NAME] [--batch UUID] [--follow] [--broker URL] URL…

Hands links to heat sheets to Heatstream over RabbitMQ, and prints the answer.

  --swimmer NAME  whose swims
  --batch UUID    the same one again makes no second batch; a new one without
  --follow        print what happens until all is read
  --broker URL    without it, HEATSTREAM_AMQP_URL

exit codes: 0 accepted, 1 no broker or no answer in time, 2 rejected
example: node publisher.mjs --swimmer 'Maya Lindqvist' https://meets.example/day1.pdf --follow`;
const ANSWER_SECONDS = 10;
// Seconds in which nothing was heard of the batch.
const SILENCE_SECONDS = 120;

const { values: asked, positionals: links } = parseArgs({
  allowPositionals: true,
  options: {
    swimmer: { type: "string", default: "" },
    batch: { type: "string" },
    follow: { type: "boolean" },
    broker: { type: "string", default: process.env.HEATSTREAM_AMQP_URL ?? "amqp://guest:guest@127.0.0.1:5672/" },
    help: { type: "boolean", short: "h" },
  },
});

async function main() {
  // You choose the id: a batch that is sent twice, after a lost answer say, takes effect once.
  const batchId = asked.batch ?? randomUUID();
  const submit = {
    batch_id: batchId,
    swimmer_name: asked.swimmer,
    sources: links.map((url) => ({ source_type: "url", url })),
  };
  const connection = await amqp.connect(asked.broker);
  try {
    const channel = await connection.createConfirmChannel();
    await channel.checkExchange("heatstream.commands");
    const answers = await messagesOf(channel);
    const news = asked.follow ? await messagesOf(channel) : undefined;
    // Partition 0; bind each, where HEATSTREAM_PARTITIONS says more. heatstream.history has the last weeks' events.
    if (news) await channel.bindQueue(news.queue, "heatstream.events", "0");
    let returned = false; // a confirm alone would not say that no queue took it
    channel.on("return", () => (returned = true));
    const correlationId = randomUUID();
    channel.publish("heatstream.commands", "batch.submit", Buffer.from(JSON.stringify(submit)), {
      type: "batch.submit",
      contentType: "application/json",
      persistent: true,
      messageId: randomUUID(),
      timestamp: Math.floor(Date.now() / 1000),
      correlationId,
      replyTo: answers.queue,
      appId: "publisher-example",
      headers: { "x-version": 1 },
      mandatory: true,
    });
    await channel.waitForConfirms(); // on disk at the broker
    if (returned) throw new Error("no queue takes commands");
    let answer;
    do answer = await answers.next(ANSWER_SECONDS);
    while (answer && answer.properties.correlationId !== correlationId);
    if (!answer) {
      console.error(`nobody answered; batch ${batchId} will be worked on when a worker runs`);
      return 1;
    }
    const said = JSON.parse(answer.content.toString());
    console.log(JSON.stringify(said));
    if (said.status === "rejected") return 2;
    if (!news || (await follow(news, batchId, links.length))) return 0;
    console.error(`nothing was heard of batch ${batchId} for ${SILENCE_SECONDS} s`);
    return 1;
  } finally {
    await connection.close();
  }
}

// Prints what becomes true of a batch, a line each; true when its jobs are over, false when it fell silent.
async function follow(news, batchId, jobs) {
  const seen = new Set();
  const over = new Set();
  for (let message; (message = await news.next(SILENCE_SECONDS)); ) {
    for (const { id, subject, type, data } of JSON.parse(message.content.toString())) {
      if (subject !== batchId || seen.has(id)) continue; // delivered again, it is the same event
      seen.add(id);
      console.log(JSON.stringify({ type, ...data }));
      if (type === "job.completed" || type === "job.failed") over.add(data.job_id);
      if (type === "batch.cancelled" || over.size === jobs) return true;
    }
  }
  return false;
}

// An exclusive queue, and its messages one by one; `next` gives undefined when none came in time.
async function messagesOf(channel) {
  const { queue } = await channel.assertQueue("", { exclusive: true });
  const held = [];
  let wake = () => {};
  await channel.consume(queue, (message) => (held.push(message), wake()), { noAck: true });
  const next = async (seconds) => {
    let timer;
    if (held.length === 0) {
      await new Promise((resolve) => {
        wake = resolve;
        timer = setTimeout(resolve, seconds * 1000);
      });
      clearTimeout(timer);
    }
    return held.shift();
  };
  return { queue, next };
}

if (asked.help) console.log(HELP);
else
  process.exitCode = await main().catch((failure) => {
    console.error(`publisher: the broker: ${failure.message}`);
    return 1;
  });
