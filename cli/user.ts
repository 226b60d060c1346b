import { parseArgs } from "node:util";
import { loadConfig } from "../config.ts";
import { InputError, nearestWord } from "../model/input-error.ts";
import { ROLES, type Actor } from "../model/role.ts";
import { openAccounts } from "../store/accounts.ts";
import { openAppDatabase } from "../store/database.ts";
import { oneName, runCommand } from "./command.ts";

/** `npm run user`: people who may sign in. */

const HELP = `npm run user -- COMMAND

  add NAME --role ROLE [--language zh|en] [--password P]   create a user; prints the password, once
  password NAME [--password P]                             a new password; signs the user out everywhere
  role NAME --role ROLE                                    another role, at once
  disable NAME | enable NAME                               close an account, or open it again
  list                                                     users

ROLE: ${ROLES.join(", ")}

  --config FILE   settings (default heatsteward.yaml)
  --help          this text
`;
const COMMANDS = ["add", "password", "role", "disable", "enable", "list"] as const;
const BY: Actor = { name: "command-line", role: "admin" };

await runCommand(HELP, async (write) => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      role: { type: "string" },
      language: { type: "string" },
      password: { type: "string" },
      config: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true || positionals.length === 0) return "help";
  const [word = "", ...names] = positionals;
  const command = COMMANDS.find((known) => known === word);
  if (command === undefined) {
    const nearest = nearestWord(word, COMMANDS);
    throw new InputError(
      "COMMAND",
      `one of ${COMMANDS.join(", ")}`,
      JSON.stringify(word),
      nearest === undefined ? undefined : `did you mean "${nearest}"?`,
    );
  }
  const config = loadConfig({ file: values.config, environment: process.env, folder: process.cwd() });
  const database = openAppDatabase(config.dataFolder);
  try {
    const accounts = openAccounts(database, { now: Date.now });
    if (command === "list") {
      for (const user of accounts.users())
        write(
          `${user.name}\t${user.role}\tsince ${new Date(user.createdAt).toISOString()}${user.disabledAt === undefined ? "" : "\tdisabled"}`,
        );
      return "done";
    }
    const name = oneName(names);
    if (command === "add") {
      const added = await accounts.addUser({ name, role: roleOf(values.role), language: values.language, password: values.password }, BY);
      write(`name     ${added.name}\nrole     ${added.role}\npassword ${added.password}`);
    } else if (command === "password") {
      const { password } = await accounts.setPassword(name, values.password, BY);
      write(`name     ${name}\npassword ${password}`);
    } else if (command === "role") {
      accounts.setRole(name, roleOf(values.role), BY);
      write(`${name} is ${values.role}`);
    } else {
      accounts.setDisabled(name, command === "disable", BY);
      write(`${command}d ${name}`);
    }
  } finally {
    database.close();
  }
  return "done";
});

function roleOf(word: string | undefined): string {
  if (word === undefined) throw new InputError("--role", `one of ${ROLES.join(", ")}`, "nothing");
  return word;
}
