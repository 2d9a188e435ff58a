"""Train a timm model from scratch on a folder with train.csv, with Granary's recipe written out in PyTorch; a JSON line an epoch.

Usage: torch_scratch.py DATASET SPLIT.json MODEL SIZE BATCH EPOCHS LR SEED [INIT.safetensors]

DATASET holds train.csv (image_id, label) and train_images/. SPLIT.json: {"train": [image ids], "valid": [image ids]}.
The recipe is docs/recipe.md's for training from scratch: squish, mirrored pictures with probability one half, timm's own
initial weights, AdamW with fastai's numbers, one cycle of learning rate and momentum stepped before each update, weight decay
on matrices alone, the last short batch trained on. INIT.safetensors replaces the initial weights (to tell what the start does).
"""
import csv, json, math, pathlib, sys, time
import numpy as np, timm, torch
from PIL import Image

root, split_path, name = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
size, batch, epochs = map(int, sys.argv[4:7])
lr, seed = float(sys.argv[7]), int(sys.argv[8])
torch.set_num_threads(2)
torch.manual_seed(seed)

rows = {row["image_id"]: row["label"] for row in csv.DictReader(open(root / "train.csv"))}
labels = sorted(set(rows.values()))
paths = {path.name: path for path in (root / "train_images").rglob("*.jpg")}
split = json.load(open(split_path))


def load(ids):
    """Bytes of the squished pictures, [n, 3, size, size], and labels, [n]."""
    pixels = [np.asarray(Image.open(paths[i]).convert("RGB").resize((size, size), Image.BILINEAR)) for i in ids]
    return torch.from_numpy(np.stack(pixels)).permute(0, 3, 1, 2).contiguous(), torch.tensor([labels.index(rows[i]) for i in ids])


sized = {} if name.startswith(("convnext", "resnet", "efficientnet", "tf_efficientnet", "mobilenet")) else dict(img_size=size)
model = timm.create_model(name, num_classes=len(labels), **sized)
if len(sys.argv) > 9:
    from safetensors.torch import load_file
    model.load_state_dict(load_file(sys.argv[9]))
config = model.pretrained_cfg
mean = torch.tensor(config["mean"]).view(1, 3, 1, 1)
std = torch.tensor(config["std"]).view(1, 3, 1, 1)
unit = lambda pixels: (pixels.float() / 255 - mean) / std

plain = model.no_weight_decay() if hasattr(model, "no_weight_decay") else set()
decayed, free = [], []
for key, parameter in model.named_parameters():
    (free if parameter.ndim < 2 or key in plain else decayed).append(parameter)
optimizer = torch.optim.AdamW(
    [dict(params=decayed, weight_decay=0.01), dict(params=free, weight_decay=0.0)], lr=lr, betas=(0.95, 0.99), eps=1e-5)


def cycle(position):
    """fastai's fit_one_cycle at a position from 0 to 1: learning rate and momentum."""
    blend = lambda start, end, along: start + (1 - math.cos(math.pi * along)) / 2 * (end - start)
    if position < 0.25:
        return blend(lr / 25, lr, position / 0.25), blend(0.95, 0.85, position / 0.25)
    along = (position - 0.25) / 0.75
    return blend(lr, lr / 1e5, along), blend(0.85, 0.95, along)


train_x, train_y = load(split["train"])
valid_x, valid_y = load(split["valid"])
print(json.dumps(dict(train=len(train_x), valid=len(valid_x), decayed=len(decayed), free=len(free),
                      parameters=sum(p.numel() for p in model.parameters()))), flush=True)
steps = math.ceil(len(train_x) / batch)
for epoch in range(epochs):
    began, total, order = time.time(), 0.0, torch.randperm(len(train_x))
    model.train()
    for step in range(steps):
        rate, momentum = cycle((epoch + step / steps) / epochs)
        for group in optimizer.param_groups:
            group["lr"], group["betas"] = rate, (momentum, 0.99)
        take = order[step * batch:(step + 1) * batch]
        x = unit(train_x[take])
        mirrored = torch.rand(len(take)) < 0.5
        x[mirrored] = x[mirrored].flip(-1)
        loss = torch.nn.functional.cross_entropy(model(x), train_y[take])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(take)
    seconds = time.time() - began
    model.eval()
    with torch.no_grad():
        logits = torch.cat([model(unit(valid_x[i:i + 64])) for i in range(0, len(valid_x), 64)])
    print(json.dumps(dict(
        epoch=epoch, train_loss=total / len(train_x), train_s=seconds,
        valid_loss=torch.nn.functional.cross_entropy(logits, valid_y).item(),
        error_rate=(logits.argmax(1) != valid_y).float().mean().item())), flush=True)
