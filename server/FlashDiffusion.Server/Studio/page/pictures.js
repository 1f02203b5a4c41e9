// Pictures as this page handles them: base64 as the contract's JSON wants it, object URLs for showing, pixels for measuring.

/** A Blob as base64. */
export function toBase64(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(new Error("The file can't be read."));
    reader.readAsDataURL(blob);
  });
}

/** A picture of an answer as a Blob. */
export function toBlob(picture) {
  const bytes = Uint8Array.from(atob(picture.encoded), (character) => character.charCodeAt(0));
  const type = bytes[0] === 0x89 ? "image/png" : bytes[0] === 0xff ? "image/jpeg" : "image/webp";
  return new Blob([bytes], { type });
}

/** Shows a picture of an answer and forgets what was shown before. */
export function show(image, picture) {
  const old = image.src;
  image.src = URL.createObjectURL(toBlob(picture));
  image.hidden = false;
  if (old.startsWith("blob:")) {
    URL.revokeObjectURL(old);
  }
}

/** PSNR in dB of two pictures of answers, 8 bits a channel; undefined where their sizes differ. */
export async function psnr(first, second) {
  const [a, b] = await Promise.all([pixels(first), pixels(second)]);
  if (a.width !== b.width || a.height !== b.height) {
    return undefined;
  }
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) {
    // Every fourth byte is alpha, equal in both.
    sum += (a.data[i] - b.data[i]) ** 2;
  }
  return 10 * Math.log10((255 ** 2 * a.width * a.height * 3) / Math.max(sum, 1e-9));
}

async function pixels(picture) {
  const bitmap = await createImageBitmap(toBlob(picture));
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  return context.getImageData(0, 0, bitmap.width, bitmap.height);
}
