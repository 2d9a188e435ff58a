import si from 'systeminformation';

/** What this machine is made of, a line each: processor, memory, graphics cards of any maker. Takes about a second. */
export async function readInventory(): Promise<string[]> {
  const [processor, memory, graphics] = await Promise.all([si.cpu(), si.mem(), si.graphics()]);
  return [
    `Processor     ${`${processor.manufacturer} ${processor.brand}`.trim()}, ${processor.cores} threads`,
    `Installed     ${(memory.total / 2 ** 30).toFixed(1)} GiB of main memory`,
    ...graphics.controllers.map(
      ({ vendor, model, vram }) =>
        `Graphics      ${`${vendor} ${model}`.trim()}${vram === null || vram === 0 ? '' : `, ${vram} MiB`}`,
    ),
  ];
}
