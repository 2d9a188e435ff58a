"""How hard the sample dataset is: a linear model on raw pixels, and a fine-tuned network, both trained on its training pictures
and scored on its test pictures by the hidden answers.

Usage: sample_difficulty.py SAMPLE_FOLDER [WEIGHTS.safetensors [EPOCHS]]

Needs torch, torchvision, timm and Pillow. The linear model (multinomial logistic regression on standardised pixels) gets the best
figure over several strengths of regularisation, chosen on the test pictures themselves, so that its error is rather too low than
too high. The network is timm's tf_efficientnet_lite0 at 128 px, squished to 192 first: one epoch on the head, then EPOCHS (5) on all
layers with a one-cycle schedule, flips and light crops. Prints one JSON line for each.
"""
import csv, json, pathlib, sys, time

import timm, torch
from PIL import Image
from safetensors.torch import load_file
from torchvision import transforms as T
from torchvision.transforms.functional import pil_to_tensor

root = pathlib.Path(sys.argv[1])
epochs = int(sys.argv[3]) if len(sys.argv) > 3 else 5
torch.manual_seed(0)


def table(path, folder):
    with open(path, newline="") as file:
        return [(folder(row) / row["image_id"], row["label"]) for row in csv.DictReader(file)]


train = table(root / "train.csv", lambda row: root / "train_images" / row["label"])
test = table(root / "answers" / "test_labels.csv", lambda row: root / "test_images")
classes = sorted({label for _, label in train})


def load(rows, size):
    pixels = torch.stack([pil_to_tensor(Image.open(path).convert("RGB").resize((size, size), Image.BILINEAR)) for path, _ in rows])
    return pixels, torch.tensor([classes.index(label) for _, label in rows])


def linear(size):
    (x, y), (xt, yt) = load(train, size), load(test, size)
    x, xt = x.flatten(1).float() / 255, xt.flatten(1).float() / 255
    mean, std = x.mean(0), x.std(0) + 1e-3
    x, xt = (x - mean) / std, (xt - mean) / std
    errors = {}
    for decay in (1e-3, 1e-2, 1e-1, 1.0):
        model = torch.nn.Linear(x.shape[1], len(classes))
        torch.nn.init.zeros_(model.weight)
        optimizer = torch.optim.LBFGS(model.parameters(), max_iter=150, line_search_fn="strong_wolfe")

        def loss():
            optimizer.zero_grad()
            value = torch.nn.functional.cross_entropy(model(x), y) + decay * model.weight.square().sum() / 2
            value.backward()
            return value

        optimizer.step(loss)
        errors[decay] = (model(xt).argmax(1) != yt).float().mean().item()
    best = min(errors, key=errors.get)
    print(json.dumps(dict(model="linear", pixels=size, weight_decay=best, error_rate=round(errors[best], 4))), flush=True)


def network(weights):
    size, presize, batch = 128, 192, 32
    (x, y), (xt, yt) = load(train, presize), load(test, presize)
    normalise = T.Normalize([0.5] * 3, [0.5] * 3)
    augment = T.Compose([T.RandomHorizontalFlip(), T.RandomResizedCrop(size, (0.75, 1.0), antialias=True)])
    model = timm.create_model("tf_efficientnet_lite0", num_classes=len(classes))
    state = {k: v for k, v in load_file(weights).items() if not k.startswith("classifier.")}
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert set(missing) == {"classifier.weight", "classifier.bias"} and not unexpected
    head = list(model.get_classifier().parameters())
    body = [p for p in model.parameters() if all(p is not q for q in head)]
    started = time.time()
    for frozen, n, rate in ((True, 1, 2e-3), (False, epochs, 2e-3)):
        for p in body:
            p.requires_grad_(not frozen)
        groups = [dict(params=head, lr=rate)] + ([] if frozen else [dict(params=body, lr=rate / 5)])
        optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.99), eps=1e-5, weight_decay=0.01)
        steps = n * (len(x) // batch)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, [g["lr"] for g in optimizer.param_groups], total_steps=steps)
        for _ in range(n):
            model.train()
            order = torch.randperm(len(x))
            for i in range(len(x) // batch):
                rows = order[i * batch : (i + 1) * batch]
                pixels = torch.stack([augment(picture) for picture in x[rows]]).float() / 255
                optimizer.zero_grad()
                torch.nn.functional.cross_entropy(model(normalise(pixels)), y[rows]).backward()
                optimizer.step()
                schedule.step()
    seconds = time.time() - started
    model.eval()
    with torch.no_grad():
        small = T.Resize((size, size), antialias=True)(xt).float() / 255
        wrong = torch.cat([model(normalise(part)).argmax(1) for part in small.split(64)]) != yt
    by_class = {label: round(wrong[yt == k].float().mean().item(), 3) for k, label in enumerate(classes)}
    print(json.dumps(dict(model="tf_efficientnet_lite0", pixels=size, epochs=epochs, seconds=round(seconds), error_rate=round(wrong.float().mean().item(), 4), by_class=by_class)), flush=True)


if len(sys.argv) > 2:
    network(sys.argv[2])
for size in (32, 64):
    linear(size)
