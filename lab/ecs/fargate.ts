/**
 * The task sizes that Fargate has.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
 */

/** CPU units to the memory values, in MiB: from, to, and the step between. */
const SIZES: Readonly<Record<string, readonly [number, number, number]>> = {
  "512": [1024, 4096, 1024],
  "1024": [2048, 8192, 1024],
  "2048": [4096, 16_384, 1024],
  "4096": [8192, 30_720, 1024],
  "8192": [16_384, 61_440, 4096],
  "16384": [32_768, 122_880, 8192],
};

export function isFargateSize(cpu: string, memory: string): boolean {
  const mebibytes = Number(memory);
  if (cpu === "256") return [512, 1024, 2048].includes(mebibytes);
  const size = SIZES[cpu];
  if (!size) return false;
  const [from, to, step] = size;
  return mebibytes >= from && mebibytes <= to && (mebibytes - from) % step === 0;
}

/** `.25 vCPU` and `1 GB` are other ways to write 256 and 1024. */
export function normalSize(text: string): string {
  const match = /^([\d.]+)\s*(vcpu|gb)$/i.exec(text.trim());
  return match ? String(Math.round(Number(match[1]) * 1024)) : text.trim();
}
