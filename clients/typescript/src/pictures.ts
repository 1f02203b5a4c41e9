import { create } from "@bufbuild/protobuf";
import { PictureSchema, type Picture as PictureMessage } from "./gen/flashdiffusion/v1/picture_pb.js";
import { fromTensor, toTensor, type NumberArray } from "./tensors.js";

/** A picture of an answer, decoded only when it is looked at. */
export class Picture {
  constructor(
    /** The message of the contract; send it back as it is, without a loss. */
    readonly message: PictureMessage,
  ) {}

  /** The file that the server sent (PNG, JPEG or WebP); undefined if it sent numbers. */
  get encoded(): Uint8Array | undefined {
    return this.message.content.case === "encoded" ? this.message.content.value : undefined;
  }

  /** The numbers that the server sent, (3, height, width), not clipped; undefined if it sent a file. */
  get numbers(): NumberArray | undefined {
    return this.message.content.case === "tensor" ? fromTensor(this.message.content.value) : undefined;
  }

  /** The file as a Blob, for object URLs and createImageBitmap in browsers. */
  toBlob(): Blob {
    const bytes = this.encoded;
    if (bytes === undefined) {
      throw new TypeError("This picture is an array of numbers, not a file; read its numbers.");
    }
    return new Blob([new Uint8Array(bytes)], { type: bytes[0] === 0x89 ? "image/png" : bytes[0] === 0xff ? "image/jpeg" : "image/webp" });
  }
}

/** What can be sent: the bytes of a file, a Blob or File, numbers (3, height, width) on [0, 1], or a picture of an answer. */
export type PictureSource = Uint8Array | ArrayBuffer | Blob | NumberArray | Picture | PictureMessage;

/** A picture as the contract wants it. Numbers are sent unclipped: clipping a measurement would break its noise model. */
export async function toPicture(source: PictureSource): Promise<PictureMessage> {
  if (source instanceof Picture) {
    return source.message;
  }
  if (source instanceof Uint8Array) {
    return encoded(source);
  }
  if (source instanceof ArrayBuffer) {
    return encoded(new Uint8Array(source));
  }
  if (source instanceof Blob) {
    return encoded(new Uint8Array(await source.arrayBuffer()));
  }
  const what: unknown = source; // JavaScript sends anything, a file's name above all.
  if (typeof what !== "object" || what === null) {
    throw new TypeError(`A picture must be a file's bytes, a Blob, numbers or a picture of an answer, but is ${typeof what === "string" ? "a string; read the file first" : String(what)}.`);
  }
  return "shape" in source ? create(PictureSchema, { content: { case: "tensor", value: toTensor(source) } }) : source;
}

/** An optional picture of an answer. */
export function pictureOf(message: PictureMessage | undefined): Picture | undefined {
  return message?.content.case === undefined ? undefined : new Picture(message);
}

function encoded(value: Uint8Array): PictureMessage {
  return create(PictureSchema, { content: { case: "encoded", value } });
}
