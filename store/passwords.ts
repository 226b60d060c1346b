import { argon2, createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** Hashes of what people and gateways know. argon2id for what a person thought up, SHA-256 for 32 random bytes. */

/** OWASP's first choice: 19 MiB, 2 passes, 1 lane; about 60 ms here, off the event loop. */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const TAG_BYTES = 32;
const SALT_BYTES = 16;
const TOKEN_BYTES = 32;
/** Hashes computed at once: the thread pool serves others too. */
const HASHES_AT_ONCE = 2;
/** Hashes that wait; more are refused, so that a flood of logins stays bounded. */
const HASHES_WAITING_MAX = 2_000;

/** Too many hashes wait: try again in a second. */
export class TooBusyError extends Error {
  constructor() {
    super(`more than ${HASHES_WAITING_MAX} password checks wait`);
    this.name = "TooBusyError";
  }
}

let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (running >= HASHES_AT_ONCE) {
    if (waiting.length >= HASHES_WAITING_MAX) throw new TooBusyError();
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else running++;
  try {
    return await work();
  } finally {
    // The turn is handed on: `running` counts it until nobody waits.
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  }
}

/** `$argon2id$v=19$m=…,t=…,p=1$salt$hash`. Rejects with TooBusyError when too many wait. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, MEMORY_KIB, PASSES);
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=1$${salt.toString("base64url")}$${hash.toString("base64url")}`;
}

/** Whether a password has this hash; takes the same time for a hash that cannot be read. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const found = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=1\$([\w-]+)\$([\w-]+)$/.exec(stored) ?? undefined;
  const expected = found === undefined ? Buffer.alloc(TAG_BYTES) : Buffer.from(found[4]!, "base64url");
  const salt = found === undefined ? Buffer.alloc(SALT_BYTES) : Buffer.from(found[3]!, "base64url");
  const hash = await derive(password, salt, Number(found?.[1] ?? MEMORY_KIB), Number(found?.[2] ?? PASSES));
  return found !== undefined && expected.length === hash.length && timingSafeEqual(expected, hash);
}

/** Stands for the hash of an unknown name, so that its check takes as long as a known one's. */
export const NO_HASH = "";

function derive(password: string, nonce: Buffer, memory: number, passes: number): Promise<Buffer> {
  // One form for what keyboards write in two (é as one or two characters).
  const message = Buffer.from(password.normalize("NFKC"), "utf8");
  return inTurn(
    () =>
      new Promise((resolve, reject) => {
        argon2("argon2id", { message, nonce, parallelism: 1, tagLength: TAG_BYTES, memory, passes }, (error, hash) =>
          error ? reject(error) : resolve(hash),
        );
      }),
  );
}

/** 32 random bytes that can be typed: 43 characters of base64url. */
export const randomToken = (): string => randomBytes(TOKEN_BYTES).toString("base64url");
export const tokenHash = (token: string): Buffer => createHash("sha256").update(token).digest();

export function sameHash(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}
