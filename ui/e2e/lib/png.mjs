/**
 * Makes a screenshot small: a palette of at most 256 colours instead of three bytes a pixel. Screens of flat surfaces lose
 * nothing to the eye; pictures in them lose shades. Reads what browsers write: 8 bits, RGB or RGBA, not interlaced.
 */
import { deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

function chunks(png) {
  const found = [];
  for (let at = 8; at < png.length; ) {
    const size = png.readUInt32BE(at);
    found.push({ type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + size) });
    at += size + 12;
  }
  return found;
}

function chunk(type, data) {
  const out = Buffer.alloc(data.length + 12);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, 'latin1');
  data.copy(out, 8);
  out.writeUInt32BE(crc(out.subarray(4, data.length + 8)), data.length + 8);
  return out;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit += 1) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});
function crc(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = TABLE[(sum ^ byte) & 255] ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

/** The pixels as 24-bit numbers; alpha is dropped, screenshots have none. */
function pixels(png) {
  const parts = chunks(png);
  const head = parts.find((part) => part.type === 'IHDR').data;
  const [width, height, depth, kind, interlaced] = [head.readUInt32BE(0), head.readUInt32BE(4), head[8], head[9], head[12]];
  if (depth !== 8 || (kind !== 2 && kind !== 6) || interlaced) throw new Error(`a PNG of ${depth} bits, kind ${kind}, is not read here`);
  const step = kind === 6 ? 4 : 3;
  const raw = inflateSync(Buffer.concat(parts.filter((part) => part.type === 'IDAT').map((part) => part.data)));
  const stride = width * step;
  const out = new Uint32Array(width * height);
  let before = new Uint8Array(stride);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (stride + 1)];
    const line = raw.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1));
    for (let x = 0; x < stride; x += 1) {
      const left = x >= step ? line[x - step] : 0;
      const up = before[x];
      const corner = x >= step ? before[x - step] : 0;
      line[x] += filter === 1 ? left : filter === 2 ? up : filter === 3 ? (left + up) >> 1 : filter === 4 ? paeth(left, up, corner) : 0;
    }
    for (let x = 0; x < width; x += 1) out[y * width + x] = (line[x * step] << 16) | (line[x * step + 1] << 8) | line[x * step + 2];
    before = line;
  }
  return { width, height, out };
}
function paeth(left, up, corner) {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/** More colours than flat surfaces and letters ever make. */
const MANY = 5000;

/** Median cut over the colours there are, each as often as it is there. The most frequent 64 keep their exact value. */
function palette(counts) {
  const all = [...counts].sort((a, b) => b[1] - a[1]);
  if (all.length <= 256) return all.map(([color]) => color);
  const exact = all.slice(0, 64).map(([color]) => color);
  const boxes = [all.slice(64)];
  const channels = [16, 8, 0];
  const spread = (box) =>
    channels.map((shift) => {
      let [low, high] = [255, 0];
      for (const [color] of box) {
        const value = (color >> shift) & 255;
        if (value < low) low = value;
        if (value > high) high = value;
      }
      return high - low;
    });
  while (exact.length + boxes.length < 256) {
    let [worst, size] = [-1, 0];
    boxes.forEach((box, index) => {
      const span = Math.max(...spread(box));
      if (box.length > 1 && span * Math.sqrt(box.length) > size) [worst, size] = [index, span * Math.sqrt(box.length)];
    });
    if (worst < 0) break;
    const [box] = boxes.splice(worst, 1);
    const spans = spread(box);
    const shift = channels[spans.indexOf(Math.max(...spans))];
    box.sort((a, b) => ((a[0] >> shift) & 255) - ((b[0] >> shift) & 255));
    boxes.push(box.slice(0, box.length >> 1), box.slice(box.length >> 1));
  }
  const mean = (box) => {
    const weight = box.reduce((sum, [, count]) => sum + count, 0);
    return channels.reduce((color, shift) => color | (Math.round(box.reduce((sum, [one, count]) => sum + ((one >> shift) & 255) * count, 0) / weight) << shift), 0);
  };
  return [...exact, ...boxes.map(mean)];
}

/** The same picture with a palette. */
export function shrink(png) {
  const { width, height, out } = pixels(png);
  const counts = new Map();
  for (const color of out) counts.set(color, (counts.get(color) ?? 0) + 1);
  // Wide gradients would show steps: such a picture stays as it is.
  if (counts.size > MANY) return png;
  const colors = palette(counts);
  const nearest = new Map(colors.map((color, index) => [color, index]));
  for (const color of counts.keys()) {
    if (nearest.has(color)) continue;
    let [best, least] = [0, Infinity];
    colors.forEach((other, index) => {
      const [r, g, b] = [(color >> 16) - (other >> 16), ((color >> 8) & 255) - ((other >> 8) & 255), (color & 255) - (other & 255)];
      const distance = 3 * r * r + 6 * g * g + b * b;
      if (distance < least) [best, least] = [index, distance];
    });
    nearest.set(color, best);
  }
  // Lines of indices, unfiltered: palettes do not gain from filters.
  const lines = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) lines[y * (width + 1) + 1 + x] = nearest.get(out[y * width + x]);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const table = Buffer.from(colors.flatMap((color) => [color >> 16, (color >> 8) & 255, color & 255]));
  return Buffer.concat([SIGNATURE, chunk('IHDR', head), chunk('PLTE', table), chunk('IDAT', deflateSync(lines, { level: 9, memLevel: 9 })), chunk('IEND', Buffer.alloc(0))]);
}
