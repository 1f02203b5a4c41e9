// In Node over gRPC, against a real server: FLASHDIFFUSION_ADDRESS names it (host:port); without it these tests skip by name.
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import * as node from "../dist/node.js";
import * as v1 from "../dist/v1.js";
import { cases } from "./cases.mjs";

const address = process.env.FLASHDIFFUSION_ADDRESS;
const png = new Uint8Array(await readFile(new URL("photo.png", import.meta.url)));

for (const [name, run] of Object.entries(cases)) {
  test(name, { skip: address ? false : "FLASHDIFFUSION_ADDRESS names no server", timeout: 120_000 }, async () => {
    const clients = [];
    const connect = (before = [], options = {}) => {
      clients.push(node.connect([...before, address], options));
      return clients.at(-1);
    };
    try {
      await run({ ...node, ...v1, connect, png, dead: "127.0.0.1:9" });
    } finally {
      clients.forEach((client) => client.close());
    }
  });
}
