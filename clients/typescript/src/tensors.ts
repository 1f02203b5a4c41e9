import { create } from "@bufbuild/protobuf";
import CRC32 from "crc-32";
import { FlashError } from "./errors.js";
import { DataType, TensorSchema, type Tensor } from "./gen/flashdiffusion/v1/tensor_pb.js";

/** A dense array of numbers in row-major order. */
export interface NumberArray {
  readonly shape: readonly number[];
  /** float16 values arrive as Float32Array. */
  readonly data: Float32Array | Uint8Array;
}

/** CRC-32 as zlib computes it, unsigned. */
export function crc32(data: Uint8Array): number {
  return CRC32.buf(data) >>> 0;
}

/** Numbers as a tensor of the contract. */
export function toTensor(array: NumberArray): Tensor {
  const elements = array.shape.reduce((product, side) => product * side, 1);
  if (elements !== array.data.length) {
    throw new RangeError(`The shape ${array.shape.join("x")} has ${elements} elements, but there are ${array.data.length}.`);
  }
  const bytes = new Uint8Array(array.data.buffer, array.data.byteOffset, array.data.byteLength);
  return create(TensorSchema, {
    dataType: array.data instanceof Uint8Array ? DataType.UINT8 : DataType.FLOAT32,
    shape: array.shape.map(BigInt),
    data: bytes,
  });
}

/** A tensor of an answer as numbers; throws FlashError (DATA_LOSS) if it was damaged on its way. */
export function fromTensor(tensor: Tensor): NumberArray {
  checkTensor(tensor);
  const shape = tensor.shape.map(Number);
  if (tensor.dataType === DataType.UINT8) {
    return { shape, data: tensor.data };
  }
  // A copy, because the bytes of a message may start anywhere and typed arrays want alignment.
  const bytes = new Uint8Array(tensor.data);
  return { shape, data: tensor.dataType === DataType.FLOAT16 ? fromHalf(new Uint16Array(bytes.buffer)) : new Float32Array(bytes.buffer) };
}

/** Throws FlashError (DATA_LOSS) if a tensor was damaged on its way. */
export function checkTensor(tensor: Tensor): void {
  if (tensor.crc32 !== undefined && tensor.crc32 !== crc32(tensor.data)) {
    throw new FlashError("A tensor was damaged on its way: its checksum does not fit.", { code: "DATA_LOSS" });
  }
}

function fromHalf(bits: Uint16Array): Float32Array {
  return Float32Array.from(bits, (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0x1f) {
      return fraction ? NaN : sign * Infinity;
    }
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}
