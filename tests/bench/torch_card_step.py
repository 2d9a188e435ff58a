"""One AdamW training step of a timm model in PyTorch on a card, pixels as bytes from main memory each step as Granary feeds them: median and
minimum seconds, memory that the driver tells of. Run by step.mjs.
Usage: torch_card_step.py MODEL SIZE BATCH STEPS [--bf16] [--tf32] [--channels-last]"""
import argparse, json, os, subprocess, time
import timm, torch

a = argparse.ArgumentParser(); a.add_argument("model"); a.add_argument("size", type=int); a.add_argument("batch", type=int)
a.add_argument("steps", type=int)
for flag in ("--bf16", "--tf32", "--channels-last"): a.add_argument(flag, action="store_true")
a = a.parse_args()
torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = a.tf32
torch.backends.cudnn.benchmark = True
extra = {"img_size": a.size} if any(k in a.model for k in ("vit", "swin", "deit", "beit")) else {}
form = torch.channels_last if a.channels_last else torch.contiguous_format
model = timm.create_model(a.model, num_classes=10, **extra).train().cuda().to(memory_format=form)
x = torch.randint(0, 256, (a.batch, 3, a.size, a.size), dtype=torch.uint8).pin_memory()
y = torch.randint(0, 10, (a.batch,))
opt, times = torch.optim.AdamW(model.parameters(), lr=1e-3), []
for _ in range(a.steps):
    t = time.perf_counter(); opt.zero_grad()
    with torch.autocast("cuda", torch.bfloat16, enabled=a.bf16):
        pixels = x.cuda(non_blocking=True).to(memory_format=form).float() / 128 - 1
        loss = torch.nn.functional.cross_entropy(model(pixels), y.cuda())
    loss.backward(); opt.step(); loss.item(); times.append(time.perf_counter() - t)
times = sorted(times[2:])
told = subprocess.run(["nvidia-smi", "--query-compute-apps=pid,used_memory", "--format=csv,noheader,nounits"], capture_output=True, text=True).stdout
mine = [int(l.split(",")[1]) for l in told.splitlines() if l.split(",")[0].strip() == str(os.getpid())]
print(json.dumps(dict(engine=f"torch {torch.__version__}", model=a.model, size=a.size, batch=a.batch, bf16=a.bf16, tf32=a.tf32, channels_last=a.channels_last,
    median_s=times[len(times) // 2], min_s=times[0], peak_card_mb=mine[0] if mine else None, allocated_mb=torch.cuda.max_memory_allocated() / 2**20)))
