// Row "Node" of the interop grid: the TypeScript client over gRPC.
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { cells } from "./cells.mjs";
import { runCells, say } from "./grid_row.mjs";

const { GRID_SERVERS: servers, GRID_PHOTO: photo, GRID_KILL_AT: killAt, GRID_PACKAGE: folder } = process.env;
const [node, v1] = await Promise.all(["node", "v1"].map((name) => import(pathToFileURL(`${folder}/dist/${name}.js`))));
const addresses = servers.split(",");
const given = {
  ...node, ...v1,
  client: node.connect(addresses[0]),
  both: node.connect(addresses, { checkpointEverySteps: 4, requireExact: true }),
  photo: new Uint8Array(await readFile(photo)),
  killAt: Number(killAt),
  reached: (step) => say({ reached: step }),
};
await runCells(Object.keys(cells), (name) => cells[name](given));
given.client.close();
given.both.close();
