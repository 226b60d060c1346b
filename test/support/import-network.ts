import type { Network } from "../../model/network.ts";
import { parseNetworkFile } from "../../model/network-file.ts";

/** Two stations with Chinese names; both have a 高区, so that the name alone is not enough. */
export const IMPORT_NETWORK = `
name: 导入测试网
timezone: Asia/Shanghai
stations:
  - id: S01
    name: 北苑
    circuits:
      - id: S01-H
        name: 高区
        buildings:
          - { id: B03, name: 3号楼, units: [{ id: B03-U1, name: 1单元 }, { id: B03-U2, name: 2单元, rooms: [{ id: R.101, name: "101" }] }] }
      - { id: S01-L, name: 低区 }
  - { id: S02, name: 南苑, circuits: [{ id: S02-H, name: 高区 }] }
`;

export const importNetwork = (): Network => parseNetworkFile(IMPORT_NETWORK, "network.yaml");
