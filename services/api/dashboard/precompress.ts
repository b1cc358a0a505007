import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, gzip, constants as zlib } from "node:zlib";
import type { Plugin } from "vite";

/** The API compresses from this size on too (`COMPRESSED_BYTES`): what is smaller fits into a packet or two. */
const LEAST_BYTES = 2048;
const TEXT = /\.(css|js|json|svg)$/;

const brotli = (content: Buffer) =>
  promisify(brotliCompress)(content, {
    params: {
      [zlib.BROTLI_PARAM_QUALITY]: zlib.BROTLI_MAX_QUALITY,
      [zlib.BROTLI_PARAM_SIZE_HINT]: content.length,
    },
  });
const PACKED = {
  ".br": brotli,
  ".gz": (content: Buffer) => promisify(gzip)(content, { level: zlib.Z_BEST_COMPRESSION }),
};

/**
 * Put `NAME.br` and `NAME.gz` beside each file under `assets/` that is text: packed once, as well as it goes, instead of
 * by the API whenever somebody asks for it (`routes/dashboard.py`).
 */
export function precompress(): Plugin {
  return {
    name: "precompress",
    apply: "build",
    async writeBundle({ dir = "." }, bundle) {
      const names = Object.keys(bundle).filter((name) => name.startsWith("assets/") && TEXT.test(name));
      await Promise.all(names.map((name) => pack(join(dir, name))));
    },
  };
}

async function pack(file: string): Promise<void> {
  const content = await readFile(file);
  if (content.length < LEAST_BYTES) return;
  for (const [suffix, packer] of Object.entries(PACKED))
    await writeFile(file + suffix, await packer(content));
}
