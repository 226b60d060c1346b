import { uniformAt } from "./random.ts";

/** What residents say, in their own words: what they feel, hear or see, never what is wrong. */

/** What a resident reports; the words of the complaints API (CONTRACT 5). */
export type Symptom = "cold" | "leak" | "noise" | "other";

/** What a call is about, finer than its symptom. */
export type Matter = "cold" | "icy" | "cold_again" | "water" | "own_water" | "neighbour" | "expectation" | "noise" | "hot" | "question";

const SAID: Readonly<Record<Matter, readonly string[]>> = {
  cold: [
    "家里不热，暖气摸着不烫",
    "屋里冷，孩子穿着棉衣写作业",
    "今天家里明显凉了，什么时候能好",
    "室温不到十八度，麻烦看一下",
    "晚上家里冷得睡不着",
  ],
  icy: ["暖气片完全是凉的，家里冻得不行", "家里像冰窖一样，赶紧来人", "地面冰凉，老人受不了"],
  cold_again: ["昨天就打过电话，家里还是不热", "报修一天了没人管，屋里还冷", "又来问一下，还是凉的，到底什么时候修好"],
  water: ["楼道里有水往外流", "门口地上冒热水，越来越多", "墙根往外渗水，地上一片湿", "管道那里呲水，快来人"],
  own_water: ["家里暖气片接头滴水", "家里阀门漏了几滴，地上湿了一小块", "厨房管子上有水珠"],
  neighbour: ["楼上楼下都没人住，家里热不起来", "隔壁报停了，我家靠他家那面墙特别冷", "新小区住的人少，屋里一直不热"],
  expectation: ["交了这么多钱，才十九度，不满意", "别人家二十四度，我家怎么没有", "客厅够热，小屋差一点"],
  noise: ["暖气管里哗啦哗啦响", "半夜管子里咕噜咕噜响，睡不着", "暖气片里有流水声，很吵"],
  hot: ["家里太热了，开着窗户都二十七八度", "温度太高，能不能调低一点"],
  question: ["问一下什么时候停暖", "想问报停怎么办手续", "问一下交费的事", "阀门怎么调，想请人教一下"],
};

const SYMPTOM: Readonly<Record<Matter, Symptom>> = {
  cold: "cold",
  icy: "cold",
  cold_again: "cold",
  water: "leak",
  own_water: "leak",
  neighbour: "cold",
  expectation: "cold",
  noise: "noise",
  hot: "other",
  question: "other",
};

export const symptomOf = (matter: Matter): Symptom => SYMPTOM[matter];

/** One of the sentences for a matter, by seed and position. */
export function wordsFor(matter: Matter, seed: number, position: number): string {
  const said = SAID[matter];
  return said[Math.floor(uniformAt(seed, position) * said.length)]!;
}
